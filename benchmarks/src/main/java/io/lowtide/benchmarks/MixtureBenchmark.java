package io.lowtide.benchmarks;

import io.lowtide.density.flow.BaseEvaluator;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A mixture of Gaussians, at points that are drawn from it. */
public class MixtureBenchmark extends DensityBenchmark {

  /** Gaussians of the mixture. */
  @Param({"8", "32", "128"})
  private int components;

  /** Of a point. */
  @Param({"3", "8", "16", "36"})
  private int dimensions;

  /** Standard deviation of the means, in about those of the components: 1 overlap, 4 hardly. */
  @Param({"1", "4"})
  private double spread;

  private BaseEvaluator evaluator;

  /** Makes the mixture, and draws the points. */
  @Setup
  public void prepare() {
    Random random = new Random(1);
    List<Component> list = new ArrayList<>();
    for (int k = 0; k < components; k++) {
      list.add(component(random));
    }
    GaussianMixture mixture = new GaussianMixture(list);
    evaluator = mixture.newEvaluator();
    double[][] points = new double[POINTS][dimensions];
    for (double[] point : points) {
      mixture.draw(random, point);
    }
    prepare(points);
  }

  private Component component(Random random) {
    double[] mean = new double[dimensions];
    double[] factor = new double[dimensions * (dimensions + 1) / 2];
    int index = 0;
    for (int i = 0; i < dimensions; i++) {
      mean[i] = spread * random.nextGaussian();
      for (int j = 0; j < i; j++) {
        factor[index++] = 0.4 / Math.sqrt(dimensions) * random.nextGaussian();
      }
      factor[index++] = 0.5 + random.nextDouble();
    }
    return new Component(1.0 / components, mean, factor);
  }

  @Override
  double logDensity(double[] point) {
    return evaluator.logDensity(point);
  }

  @Override
  double logDensityAndGradient(double[] point, double[] slope) {
    return evaluator.logDensityAndGradient(point, slope);
  }
}
