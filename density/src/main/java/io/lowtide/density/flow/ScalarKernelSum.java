package io.lowtide.density.flow;

/** Kernel by kernel in plain Java: reference of the sum on SIMD registers. */
final class ScalarKernelSum extends KernelSum {

  ScalarKernelSum(KernelTable table) {
    super(table);
  }

  @Override
  double findLogDensities() {
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < logDensities.length; k++) {
      logDensities[k] = logDensity(k / KernelTable.LANES, k % KernelTable.LANES);
      largest = logDensities[k] > largest ? logDensities[k] : largest;
    }
    return largest;
  }

  private double logDensity(int group, int lane) {
    int scale = table.scaleOfGroup()[group];
    double squares = 0;
    for (int i = 0; i < table.dimensions(); i++) {
      double whitened =
          table.means()[(group * table.dimensions() + i) * KernelTable.LANES + lane]
              - scaled[scale][i];
      squares += whitened * whitened;
    }
    return table.logScales()[scale] - 0.5 * squares;
  }

  @Override
  void squaredDistances(int group, double[] point, double[][] basis, int rank, double[] squares) {
    for (int lane = 0; lane < KernelTable.LANES; lane++) {
      int from = group * point.length * KernelTable.LANES + lane;
      double sum = 0;
      for (int i = 0; i < point.length; i++) {
        double whitened = table.means()[from + i * KernelTable.LANES] - point[i];
        sum += whitened * whitened;
      }
      for (int k = 0; k < rank; k++) {
        double along = 0;
        for (int i = 0; i < point.length; i++) {
          double whitened = table.means()[from + i * KernelTable.LANES] - point[i];
          along += whitened * basis[k][i];
        }
        sum -= along * along;
      }
      squares[lane] = sum;
    }
  }

  @Override
  void exponentials(int count) {
    for (int index = 0; index < count; index++) {
      shifts[index] = Exponential.shifted(weights[index]);
      weights[index] = Exponential.reduced(weights[index], shifts[index]);
    }
  }
}
