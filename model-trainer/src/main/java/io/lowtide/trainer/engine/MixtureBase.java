package io.lowtide.trainer.engine;

import io.lowtide.density.flow.BaseEvaluator;
import io.lowtide.density.flow.GaussianMixture;
import java.util.BitSet;
import java.util.function.IntFunction;

/** A mixture of Gaussians, or its marginal over the components that a record has. */
final class MixtureBase implements BatchBase {

  private final IntFunction<BitSet> presence;
  private final Marginals marginals;
  private final int dimensions;
  private final double[] point;
  private final double[] gradient;

  MixtureBase(GaussianMixture mixture, IntFunction<BitSet> presence) {
    this.presence = presence;
    this.marginals = new Marginals(mixture);
    this.dimensions = mixture.dimensions();
    this.point = new double[dimensions];
    this.gradient = new double[dimensions];
  }

  @Override
  public void logDensities(double[] state, double[] logDensities) {
    int records = logDensities.length;
    for (int record = 0; record < records; record++) {
      BitSet present = presence.apply(record);
      load(state, records, record, present);
      double sum = state[dimensions * records + record];
      if (!present.isEmpty()) {
        sum += marginals.evaluator(present).logDensity(point);
      }
      logDensities[record] = sum;
    }
  }

  @Override
  public void logDensitiesAndCotangents(
      double[] state, double[] logDensities, double[] adjointState) {
    int records = logDensities.length;
    int size = records * dimensions;
    for (int record = 0; record < records; record++) {
      BitSet present = presence.apply(record);
      for (int i = 0; i < dimensions; i++) {
        adjointState[size + i * records + record] = 0;
      }
      logDensities[record] = state[size + record];
      if (present.isEmpty()) {
        continue;
      }
      load(state, records, record, present);
      BaseEvaluator evaluator = marginals.evaluator(present);
      logDensities[record] += evaluator.logDensityAndGradient(point, gradient);
      int index = 0;
      for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
        adjointState[size + i * records + record] = -gradient[index++];
      }
    }
  }

  private void load(double[] state, int records, int record, BitSet present) {
    int index = 0;
    for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
      point[index++] = state[i * records + record];
    }
  }
}
