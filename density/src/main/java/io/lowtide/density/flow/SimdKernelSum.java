package io.lowtide.density.flow;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels on SIMD registers: lanes run over the kernels of a group, and each adds in the order of
 * {@link ScalarKernelSum}, without fused operations, to the same bits.
 */
final class SimdKernelSum extends KernelSum {

  private static final VectorSpecies<Double> SPECIES = SimdExponential.SPECIES;

  private static final int LANES = SPECIES.length();

  private final double[] means;

  SimdKernelSum(KernelTable table) {
    super(table);
    this.means = table.means();
  }

  @Override
  double findLogDensities() {
    for (int group = 0; group < table.groups(); group++) {
      int scale = table.scaleOfGroup()[group];
      double[] point = scaled[scale];
      int from = group * point.length * KernelTable.LANES;
      for (int lane = 0; lane < KernelTable.LANES; lane += LANES) {
        findLogDensities(
            from + lane, point, table.logScales()[scale], group * KernelTable.LANES + lane);
      }
    }
    double largest = Double.NEGATIVE_INFINITY;
    for (double logDensity : logDensities) {
      largest = logDensity > largest ? logDensity : largest;
    }
    return largest;
  }

  private void findLogDensities(int from, double[] point, double logScale, int into) {
    DoubleVector sum = DoubleVector.zero(SPECIES);
    for (int i = 0; i < point.length; i++) {
      DoubleVector whitened = whitened(from, point, i);
      sum = sum.add(whitened.mul(whitened));
    }
    DoubleVector found = DoubleVector.broadcast(SPECIES, logScale).sub(sum.mul(0.5));
    found.intoArray(logDensities, into);
  }

  @Override
  void squaredDistances(int group, double[] point, double[][] basis, int rank, double[] squares) {
    for (int lane = 0; lane < KernelTable.LANES; lane += LANES) {
      int from = group * point.length * KernelTable.LANES + lane;
      DoubleVector sum = DoubleVector.zero(SPECIES);
      for (int i = 0; i < point.length; i++) {
        DoubleVector whitened = whitened(from, point, i);
        sum = sum.add(whitened.mul(whitened));
      }
      sum.intoArray(squares, lane);
      for (int k = 0; k < rank; k++) {
        subtractAlong(from, point, basis[k], squares, lane);
      }
    }
  }

  private void subtractAlong(
      int from, double[] point, double[] direction, double[] squares, int lane) {
    DoubleVector along = DoubleVector.zero(SPECIES);
    for (int i = 0; i < point.length; i++) {
      along = along.add(whitened(from, point, i).mul(direction[i]));
    }
    DoubleVector.fromArray(SPECIES, squares, lane).sub(along.mul(along)).intoArray(squares, lane);
  }

  private DoubleVector whitened(int from, double[] point, int i) {
    return DoubleVector.fromArray(SPECIES, means, from + i * KernelTable.LANES).sub(point[i]);
  }

  @Override
  void exponentials(int count) {
    SimdExponential.reduce(weights, shifts, count);
  }
}
