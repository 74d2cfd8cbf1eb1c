package io.lowtide.density.flow;

import java.util.random.RandomGenerator;

/**
 * N(0, I).
 *
 * @param dimensions d
 */
public record StandardNormal(int dimensions) implements BaseDensity {

  private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

  @Override
  public long parameterCount() {
    return 0;
  }

  @Override
  public BaseDensity restrictedTo(int[] kept) {
    return new StandardNormal(kept.length);
  }

  @Override
  public BaseEvaluator newEvaluator() {
    return new Evaluator(dimensions);
  }

  @Override
  public void draw(RandomGenerator random, double[] z) {
    for (int i = 0; i < dimensions; i++) {
      z[i] = random.nextGaussian();
    }
  }

  private record Evaluator(int dimensions) implements BaseEvaluator {

    @Override
    public double logDensity(double[] z) {
      double sum = 0;
      for (int i = 0; i < dimensions; i++) {
        sum -= 0.5 * z[i] * z[i] + HALF_LOG_TWO_PI;
      }
      return sum;
    }

    @Override
    public double logDensityAndGradient(double[] z, double[] gradient) {
      for (int i = 0; i < dimensions; i++) {
        gradient[i] = -z[i];
      }
      return logDensity(z);
    }

    @Override
    public void standardise(double[] z, double[] residual, double[] columns) {
      System.arraycopy(z, 0, residual, 0, dimensions);
    }
  }
}
