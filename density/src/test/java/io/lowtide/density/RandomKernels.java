package io.lowtide.density;

import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import io.lowtide.density.flow.KernelDensity;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Kernel densities with random parameters for tests. */
public final class RandomKernels {

  private RandomKernels() {}

  /** The same kernels for the same arguments: some narrow, some wide, in all directions. */
  public static KernelDensity of(int dimensions, int count, long seed) {
    Random random = new Random(seed);
    double[][] directions = new double[dimensions][dimensions];
    for (double[] direction : directions) {
      for (int i = 0; i < dimensions; i++) {
        direction[i] = 0.5 * random.nextGaussian();
      }
    }
    double[][] spread = new double[dimensions][dimensions];
    for (int i = 0; i < dimensions; i++) {
      for (int j = 0; j < dimensions; j++) {
        for (double[] direction : directions) {
          spread[i][j] += direction[i] * direction[j] / dimensions;
        }
      }
    }
    double[][] centres = new double[count][dimensions];
    double[] scales = new double[count];
    for (int k = 0; k < count; k++) {
      scales[k] = Math.pow(2, random.nextInt(5) - 2);
      for (int i = 0; i < dimensions; i++) {
        centres[k][i] = (float) random.nextGaussian();
      }
    }
    double[] noise = random.doubles(dimensions, 0.02, 0.1).toArray();
    return new KernelDensity(centres, scales, spread, noise);
  }

  /** The same density as a mixture of as many Gaussians of full covariance. */
  public static GaussianMixture asMixture(KernelDensity kernels) {
    double[] scales = kernels.scales();
    double[][] centres = kernels.centres();
    double[][] spread = kernels.spread();
    double[] noise = kernels.noise();
    int d = noise.length;
    List<Component> components = new ArrayList<>();
    for (int k = 0; k < scales.length; k++) {
      double[][] covariance = new double[d][d];
      for (int i = 0; i < d; i++) {
        for (int j = 0; j < d; j++) {
          covariance[i][j] = scales[k] * spread[i][j] + (i == j ? noise[i] : 0);
        }
      }
      components.add(Component.of(1.0 / scales.length, centres[k], covariance));
    }
    return new GaussianMixture(components);
  }
}
