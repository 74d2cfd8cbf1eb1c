package io.lowtide.trainer.report.page;

import static io.lowtide.trainer.report.page.Figures.at;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The region in which a density on a grid is at least so high, as closed rings, by marching squares
 * (Lorensen and Cline 1987, of which this is the case of two dimensions). Beyond the grid the
 * density counts as 0.
 */
final class Contours {

  private final double[] density;
  private final int grid;
  private final double level;

  /** Where each piece that begins at an edge of a square goes to. */
  private final Map<Long, double[]> starts = new HashMap<>();

  private final Map<Long, Long> next = new HashMap<>();

  private Contours(double[] density, int grid, double level) {
    this.density = density;
    this.grid = grid;
    this.level = level;
  }

  /**
   * Finds the rings.
   *
   * @param density of the cells' centres, row after row
   * @param grid cells along each axis
   * @param level from which on a cell is inside, above 0
   * @return points in units of cells, a centre of the first cell being at 0.5
   */
  static List<List<double[]>> of(double[] density, int grid, double level) {
    return new Contours(density, grid, level).rings();
  }

  /** The rings as one path, of which the parts with an odd number of rings around are inside. */
  static String path(List<List<double[]>> rings, Axis across, Axis up) {
    StringBuilder path = new StringBuilder();
    for (List<double[]> ring : rings) {
      char command = 'M';
      for (double[] point : ring) {
        path.append(command).append(at(across.atScaled(point[0])));
        path.append(' ').append(at(up.atScaled(point[1])));
        command = 'L';
      }
      path.append('Z');
    }
    return path.toString();
  }

  private double value(int column, int row) {
    boolean inside = column >= 0 && column < grid && row >= 0 && row < grid;
    return inside ? density[row * grid + column] : 0;
  }

  private List<List<double[]>> rings() {
    for (int row = -1; row < grid; row++) {
      for (int column = -1; column < grid; column++) {
        addSquare(column, row);
      }
    }
    List<List<double[]>> rings = new ArrayList<>();
    while (!next.isEmpty()) {
      List<double[]> ring = new ArrayList<>();
      long edge = next.keySet().iterator().next();
      while (next.containsKey(edge)) {
        ring.add(starts.get(edge));
        edge = next.remove(edge);
      }
      rings.add(ring);
    }
    return rings;
  }

  /**
   * The square whose corners are the centres of four cells, with the inside to the left of each
   * piece. Its edges: below, right, above, left.
   */
  private void addSquare(int column, int row) {
    double a = value(column, row);
    double b = value(column + 1, row);
    double c = value(column + 1, row + 1);
    double d = value(column, row + 1);
    int corners =
        (a >= level ? 1 : 0) + (b >= level ? 2 : 0) + (c >= level ? 4 : 0) + (d >= level ? 8 : 0);
    boolean middle = (a + b + c + d) / 4 >= level;
    switch (corners) {
      case 1 -> piece(column, row, 0, 3);
      case 2 -> piece(column, row, 1, 0);
      case 3 -> piece(column, row, 1, 3);
      case 4 -> piece(column, row, 2, 1);
      case 5 -> {
        // Two corners across: the middle says whether they are one region.
        piece(column, row, 0, middle ? 1 : 3);
        piece(column, row, 2, middle ? 3 : 1);
      }
      case 6 -> piece(column, row, 2, 0);
      case 7 -> piece(column, row, 2, 3);
      case 8 -> piece(column, row, 3, 2);
      case 9 -> piece(column, row, 0, 2);
      case 10 -> {
        piece(column, row, 1, middle ? 2 : 0);
        piece(column, row, 3, middle ? 0 : 2);
      }
      case 11 -> piece(column, row, 1, 2);
      case 12 -> piece(column, row, 3, 1);
      case 13 -> piece(column, row, 0, 1);
      case 14 -> piece(column, row, 3, 0);
      default -> {
        // All inside or all outside.
      }
    }
  }

  private void piece(int column, int row, int from, int to) {
    long start = edge(column, row, from);
    starts.put(start, crossing(column, row, from));
    next.put(start, edge(column, row, to));
  }

  /** A number for each edge, the same from both of its sides. */
  private long edge(int column, int row, int side) {
    boolean horizontal = side == 0 || side == 2;
    long x = column + 1 + (side == 1 ? 1 : 0);
    long y = row + 1 + (side == 2 ? 1 : 0);
    return 2 * (y * (grid + 2L) + x) + (horizontal ? 0 : 1);
  }

  private double[] crossing(int column, int row, int side) {
    int x = column + (side == 1 ? 1 : 0);
    int y = row + (side == 2 ? 1 : 0);
    boolean horizontal = side == 0 || side == 2;
    double first = value(x, y);
    double second = horizontal ? value(x + 1, y) : value(x, y + 1);
    double share = (level - first) / (second - first);
    return new double[] {x + 0.5 + (horizontal ? share : 0), y + 0.5 + (horizontal ? 0 : share)};
  }
}
