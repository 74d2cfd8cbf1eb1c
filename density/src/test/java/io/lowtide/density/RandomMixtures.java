package io.lowtide.density;

import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Mixtures with random parameters for tests. */
public final class RandomMixtures {

  private RandomMixtures() {}

  /** The same mixture for the same arguments: tilted components about a unit apart. */
  public static GaussianMixture of(int dimensions, int components, long seed) {
    Random random = new Random(seed);
    double[] shares = random.doubles(components, 0.5, 1.5).toArray();
    double sum = 0;
    for (double share : shares) {
      sum += share;
    }
    List<Component> list = new ArrayList<>();
    for (double share : shares) {
      double[] mean = new double[dimensions];
      double[] factor = new double[dimensions * (dimensions + 1) / 2];
      int index = 0;
      for (int i = 0; i < dimensions; i++) {
        mean[i] = random.nextGaussian();
        for (int j = 0; j < i; j++) {
          factor[index++] = 0.4 / Math.sqrt(dimensions) * random.nextGaussian();
        }
        factor[index++] = 0.5 + 0.7 * random.nextDouble();
      }
      list.add(new Component(share / sum, mean, factor));
    }
    return new GaussianMixture(list);
  }
}
