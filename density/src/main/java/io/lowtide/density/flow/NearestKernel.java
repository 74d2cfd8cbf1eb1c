package io.lowtide.density.flow;

/**
 * Of the kernels of a density the one that a point comes closest to where it may be moved in some
 * directions: that which is most probable once the point is where that kernel has it be. Belongs to
 * one thread; allocates nothing after construction.
 */
final class NearestKernel {

  /** Of the squared length of a direction: what rounding leaves of one that depends on others. */
  private static final double DEPENDENT = 1e-9;

  private final KernelDensity kernels;
  private final KernelTable table;
  private final KernelSum sum;
  private final int dimensions;
  private final double[] coordinates;
  private final double[] scaled;

  /** Of the kernels of a group. */
  private final double[] squares = new double[KernelTable.LANES];

  /** In the coordinates of the kernels, one after the other. */
  private final double[] directions;

  /** Orthonormal, of what the directions span for kernels of one scale. */
  private final double[][] basis;

  private int nearest;

  NearestKernel(KernelDensity kernels) {
    this.kernels = kernels;
    this.table = kernels.table();
    this.sum = MixtureKernels.kernelSum(table);
    this.dimensions = kernels.dimensions();
    this.coordinates = new double[dimensions];
    this.scaled = new double[dimensions];
    this.directions = new double[dimensions * dimensions];
    this.basis = new double[dimensions][dimensions];
  }

  /**
   * Chooses the kernel, with mean m and covariance L L'.
   *
   * @param z the point, in its first d numbers
   * @param columns d vectors of d numbers, one after the other, each of which is replaced by L^-1
   *     times itself
   * @param free which of them the point may be moved along
   */
  void choose(double[] z, double[] columns, boolean[] free) {
    int count = 0;
    for (int column = 0; column < dimensions; column++) {
      int from = column * dimensions;
      kernels.coordinates().transform(columns, from, coordinates);
      System.arraycopy(coordinates, 0, columns, from, dimensions);
      if (free[column]) {
        System.arraycopy(coordinates, 0, directions, count++ * dimensions, dimensions);
      }
    }
    kernels.coordinates().transform(z, 0, coordinates);
    findNearest(count);
    double[] inverse = table.inverseDeviations()[scale(nearest)];
    for (int at = 0; at < columns.length; at++) {
      columns[at] *= inverse[at % dimensions];
    }
  }

  private int scale(int kernel) {
    return table.scaleOfGroup()[kernel / KernelTable.LANES];
  }

  private void findNearest(int count) {
    double largest = Double.NEGATIVE_INFINITY;
    int scaleBefore = -1;
    int rank = 0;
    for (int group = 0; group < table.groups(); group++) {
      int scale = table.scaleOfGroup()[group];
      if (scale != scaleBefore) {
        double[] inverse = table.inverseDeviations()[scale];
        rank = orthonormalise(count, inverse);
        for (int i = 0; i < dimensions; i++) {
          scaled[i] = coordinates[i] * inverse[i];
        }
        scaleBefore = scale;
      }
      sum.squaredDistances(group, scaled, basis, rank, squares);
      for (int lane = 0; lane < KernelTable.LANES; lane++) {
        double logDensity = table.logScales()[scale] - 0.5 * squares[lane];
        if (logDensity > largest) {
          largest = logDensity;
          nearest = group * KernelTable.LANES + lane;
        }
      }
    }
  }

  /** Gram and Schmidt's method; returns how many directions do not depend on those before. */
  private int orthonormalise(int count, double[] inverse) {
    int rank = 0;
    for (int k = 0; k < count; k++) {
      double[] direction = basis[rank];
      for (int i = 0; i < dimensions; i++) {
        direction[i] = directions[k * dimensions + i] * inverse[i];
      }
      double before = dot(direction, direction);
      for (int j = 0; j < rank; j++) {
        double along = dot(direction, basis[j]);
        for (int i = 0; i < dimensions; i++) {
          direction[i] -= along * basis[j][i];
        }
      }
      double left = dot(direction, direction);
      if (left > DEPENDENT * before) {
        double factor = 1 / Math.sqrt(left);
        for (int i = 0; i < dimensions; i++) {
          direction[i] *= factor;
        }
        rank++;
      }
    }
    return rank;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /**
   * How far a point is from the kernel that was chosen.
   *
   * @param z the point, in its first d numbers
   * @param residual receives L^-1 (z - m) in its first d numbers
   */
  void standardise(double[] z, double[] residual) {
    kernels.coordinates().transform(z, 0, coordinates);
    int group = nearest / KernelTable.LANES;
    double[] inverse = table.inverseDeviations()[scale(nearest)];
    int from = group * dimensions * KernelTable.LANES + nearest % KernelTable.LANES;
    for (int i = 0; i < dimensions; i++) {
      residual[i] = coordinates[i] * inverse[i] - table.means()[from + i * KernelTable.LANES];
    }
  }
}
