package io.lowtide.trainer.report;

import java.util.List;

/**
 * The model's density of two fields, whatever the others are, over records.
 *
 * @param first field along the horizontal axis
 * @param second field along the vertical axis
 * @param dependence of the two in the records: their mutual information, in nats
 * @param firstScale scale of the first field
 * @param secondScale scale of the second field
 * @param firstSpan part of the scale that is covered
 * @param secondSpan likewise
 * @param density on a grid of {@link #GRID} by {@link #GRID} cells, rows of equal second values, up
 *     to a factor
 * @param levels of the density, one for each of {@link #SHARES}
 * @param smoothing standard deviation of the kernel, in cells
 * @param points records, a pair of values each
 * @param unlikely the least likely records, likewise
 */
public record PairDensity(
    String first,
    String second,
    double dependence,
    FieldScale firstScale,
    FieldScale secondScale,
    Span firstSpan,
    Span secondSpan,
    double[] density,
    double[] levels,
    double smoothing,
    List<double[]> points,
    List<double[]> unlikely) {

  /** Cells along each axis. */
  public static final int GRID = 72;

  /** Shares of the draws in the smallest regions that hold so many of them, the largest first. */
  public static final List<Double> SHARES = List.of(0.99, 0.9, 0.5);
}
