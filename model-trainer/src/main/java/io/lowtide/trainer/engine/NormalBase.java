package io.lowtide.trainer.engine;

import io.lowtide.density.flow.StandardNormal;
import java.util.BitSet;
import java.util.function.IntFunction;

/** The standard normal: the cotangent of z(0) is z(0). */
final class NormalBase implements BatchBase {

  private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

  private final IntFunction<BitSet> present;
  private final int dimensions;

  NormalBase(StandardNormal base, IntFunction<BitSet> present) {
    this.present = present;
    this.dimensions = base.dimensions();
  }

  @Override
  public void logDensities(double[] state, double[] logDensities) {
    int records = logDensities.length;
    for (int record = 0; record < records; record++) {
      // A component that a record lacks stays at 0, and has no part in the base density.
      int absent = dimensions - present.apply(record).cardinality();
      double sum = state[dimensions * records + record] + absent * HALF_LOG_TWO_PI;
      for (int column = 0; column < dimensions; column++) {
        double z = state[column * records + record];
        sum -= 0.5 * z * z + HALF_LOG_TWO_PI;
      }
      logDensities[record] = sum;
    }
  }

  @Override
  public void logDensitiesAndCotangents(
      double[] state, double[] logDensities, double[] adjointState) {
    logDensities(state, logDensities);
    int size = adjointState.length / 2;
    System.arraycopy(state, 0, adjointState, size, size);
  }
}
