package io.lowtide.density.flow;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels on SIMD registers: lanes run over the kernels of a group, and each adds in the order of
 * {@link ScalarKernelSum}, without fused operations, to the same bits.
 */
final class SimdKernelSum extends KernelSum {

  private static final VectorSpecies<Double> SPECIES =
      DoubleVector.SPECIES_PREFERRED.length() > KernelTable.LANES
          ? DoubleVector.SPECIES_512
          : DoubleVector.SPECIES_PREFERRED;

  private static final int LANES = SPECIES.length();

  private final double[] means;

  /** The largest log-densities so far, by lanes. */
  private final double[] largest = new double[LANES];

  SimdKernelSum(KernelTable table) {
    super(table);
    this.means = table.means();
  }

  @Override
  double findLogDensities() {
    Arrays.fill(largest, Double.NEGATIVE_INFINITY);
    for (int group = 0; group < table.groups(); group++) {
      int scale = table.scaleOfGroup()[group];
      double[] point = scaled[scale];
      int from = group * point.length * KernelTable.LANES;
      for (int lane = 0; lane < KernelTable.LANES; lane += LANES) {
        findLogDensities(
            from + lane, point, table.logScales()[scale], group * KernelTable.LANES + lane);
      }
    }
    double found = Double.NEGATIVE_INFINITY;
    for (double one : logDensities) {
      found = one > found ? one : found;
    }
    return found;
  }

  private void findLogDensities(int from, double[] point, double logScale, int into) {
    DoubleVector sum = DoubleVector.zero(SPECIES);
    for (int i = 0; i < point.length; i++) {
      DoubleVector whitened =
          DoubleVector.fromArray(SPECIES, means, from + i * KernelTable.LANES).sub(point[i]);
      sum = sum.add(whitened.mul(whitened));
    }
    DoubleVector found = DoubleVector.broadcast(SPECIES, logScale).sub(sum.mul(0.5));
    found.intoArray(logDensities, into);
  }
}
