package io.lowtide.benchmarks.nab;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.TimeZone;
import java.util.stream.IntStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The values of a set, its windows, and below them what each detector detected. */
final class NabPlot {

  private static final Color WINDOW = new Color(255, 200, 120);
  private static final Color VALUE = new Color(60, 60, 60);
  private static final List<Color> DETECTORS =
      List.of(
          new Color(190, 30, 45),
          new Color(30, 90, 170),
          new Color(20, 130, 70),
          new Color(130, 60, 150));

  /** Distance of the rows of detections, as a share of the range of the values. */
  private static final double STEP = 0.06;

  private final NabSet set;
  private final XYChart chart;
  private final double lowest;
  private final double range;
  private int detectors;

  NabPlot(NabSet set) {
    this.set = set;
    lowest = Arrays.stream(set.values()).min().orElse(0);
    range = Math.max(Arrays.stream(set.values()).max().orElse(0) - lowest, 1e-9);
    chart =
        new XYChartBuilder().width(1400).height(500).title(set.name()).yAxisTitle("value").build();
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setDatePattern("yyyy-MM-dd");
    chart.getStyler().setTimezone(TimeZone.getTimeZone("UTC"));
    chart.getStyler().setYAxisMax(lowest + range * (1 + STEP));
    addWindows();
    add("value", IntStream.range(0, set.rows()).toArray(), set.values(), VALUE);
  }

  /** Marks the rows whose anomaly score reaches the threshold. */
  void addDetections(String detector, double[] anomalyScores, double threshold) {
    detectors++;
    int[] rows =
        IntStream.range(set.probationRows(), set.rows())
            .filter(row -> anomalyScores[row] >= threshold)
            .toArray();
    if (rows.length > 0) {
      double[] heights = new double[rows.length];
      Arrays.fill(heights, lowest - detectors * STEP * range);
      Color color = DETECTORS.get((detectors - 1) % DETECTORS.size());
      XYSeries series = add(detector, rows, heights, color);
      series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
      series.setMarker(SeriesMarkers.DIAMOND);
      series.setMarkerColor(color);
    }
  }

  /** Writes the plot as PNG. */
  void write(Path file) throws IOException {
    chart.getStyler().setYAxisMin(lowest - (detectors + 1) * STEP * range);
    BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
  }

  private void addWindows() {
    boolean isFirst = true;
    for (NabWindow window : set.windows()) {
      double top = lowest + range * (1 + STEP);
      XYSeries series =
          add(
              isFirst ? "window" : "window " + window.first(),
              new int[] {window.first(), window.last()},
              new double[] {top, top},
              WINDOW);
      series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Area);
      series.setFillColor(WINDOW);
      series.setShowInLegend(isFirst);
      isFirst = false;
    }
  }

  private XYSeries add(String name, int[] rows, double[] heights, Color color) {
    List<Date> times = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      times.add(Date.from(set.timestamps()[rows[i]]));
      values.add(heights[i]);
    }
    XYSeries series = chart.addSeries(name, times, values);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(color);
    series.setLineWidth(1);
    return series;
  }
}
