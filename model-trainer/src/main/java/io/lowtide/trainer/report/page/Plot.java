package io.lowtide.trainer.report.page;

import static io.lowtide.trainer.report.page.Figures.at;

import java.util.List;
import java.util.function.DoubleFunction;

/** One drawing with two axes. */
final class Plot {

  /** Of a drawing, in its own units. */
  static final double WIDTH = 440;

  private static final double TICK_DISTANCE_ACROSS = 62;
  private static final double TICK_DISTANCE_UP = 38;
  private static final double LEFT = 60;
  private static final double RIGHT = 22;
  private static final double TOP = 12;
  private static final double BOTTOM = 40;
  private static final double BASELINE = 4;

  private final Markup svg = new Markup();
  private final double height;

  /**
   * Begins a drawing.
   *
   * @param title what it is, for those who hear it
   * @param description what is to be seen in it
   */
  Plot(double height, String title, String description) {
    this.height = height;
    // An svg with role img and a label is one picture to a screen reader.
    svg.open(
        "svg",
        "viewBox",
        "0 0 " + at(WIDTH) + " " + at(height),
        "role",
        "img",
        "aria-label",
        title + ". " + description);
    svg.element("title", title);
    svg.element("desc", description);
  }

  double left() {
    return LEFT;
  }

  double right() {
    return WIDTH - RIGHT;
  }

  double top() {
    return TOP;
  }

  double bottom() {
    return height - BOTTOM;
  }

  Markup svg() {
    return svg;
  }

  /** Draws lines at round values of the axis across, and its name below. */
  Plot across(Axis axis, String name, DoubleFunction<String> text) {
    for (double tick : axis.ticks(TICK_DISTANCE_ACROSS)) {
      String x = at(axis.at(tick));
      line("grid", axis.at(tick), top(), axis.at(tick), bottom());
      svg.element("text", text.apply(tick), "class", "tick mid", "x", x, "y", at(bottom() + 15));
    }
    svg.element(
        "text",
        name,
        "class",
        "axis mid",
        "x",
        at((left() + right()) / 2),
        "y",
        at(height - BASELINE));
    return this;
  }

  /** Draws lines at round values of the axis upwards, and its name at its side. */
  Plot up(Axis axis, String name, DoubleFunction<String> text) {
    for (double tick : axis.ticks(TICK_DISTANCE_UP)) {
      double y = axis.at(tick);
      line("grid", left(), y, right(), y);
      svg.element(
          "text", text.apply(tick), "class", "tick end", "x", at(left() - 6), "y", at(y + 4));
    }
    double middle = (top() + bottom()) / 2;
    svg.element(
        "text",
        name,
        "class",
        "axis mid",
        "transform",
        "rotate(-90 11 " + at(middle) + ")",
        "x",
        "11",
        "y",
        at(middle));
    return this;
  }

  Plot line(String style, double x1, double y1, double x2, double y2) {
    svg.shape("line", "class", style, "x1", at(x1), "y1", at(y1), "x2", at(x2), "y2", at(y2));
    return this;
  }

  Plot text(String style, double x, double y, String text) {
    svg.element("text", text, "class", style, "x", at(x), "y", at(y));
    return this;
  }

  Plot rectangle(String style, double x, double y, double width, double heightOfIt) {
    svg.shape(
        "rect",
        "class",
        style,
        "x",
        at(x),
        "y",
        at(y),
        "width",
        at(Math.max(0, width)),
        "height",
        at(Math.max(0, heightOfIt)));
    return this;
  }

  Plot circle(String style, double x, double y, double radius) {
    svg.shape("circle", "class", style, "cx", at(x), "cy", at(y), "r", at(radius));
    return this;
  }

  Plot path(String style, String path) {
    svg.shape("path", "class", style, "d", path);
    return this;
  }

  /** A line through points. */
  Plot through(String style, List<double[]> points) {
    if (points.size() > 1) {
      path(style, pathThrough(points));
    }
    return this;
  }

  /** Dots of one size: lines without length that have round ends. */
  Plot dots(String style, List<double[]> points) {
    StringBuilder path = new StringBuilder();
    for (double[] point : points) {
      path.append('M').append(at(point[0])).append(' ').append(at(point[1])).append("h0");
    }
    return path(style, path.toString());
  }

  static String pathThrough(List<double[]> points) {
    StringBuilder path = new StringBuilder();
    for (double[] point : points) {
      path.append(path.length() == 0 ? 'M' : 'L').append(at(point[0])).append(' ');
      path.append(at(point[1]));
    }
    return path.toString();
  }

  /** Ends the drawing. */
  Markup end() {
    return svg.close();
  }
}
