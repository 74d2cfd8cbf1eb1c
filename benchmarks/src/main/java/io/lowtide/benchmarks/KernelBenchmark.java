package io.lowtide.benchmarks;

import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import io.lowtide.density.flow.KernelDensity;
import io.lowtide.trainer.mixture.EncodedRecords;
import io.lowtide.trainer.mixture.KernelForm;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * A kernel density, at points that are drawn from twenty lumps, as the records are that the kernels
 * are around.
 */
public class KernelBenchmark extends DensityBenchmark {

  private static final int LUMPS = 20;
  private static final double NOISE = 0.003;

  /** How many there are. */
  @Param({"500", "2500"})
  private int kernels;

  /** Of a point. */
  @Param({"3", "8", "16", "36"})
  private int dimensions;

  private KernelDensity.Evaluator evaluator;

  /** Makes the kernels, and draws the points. */
  @Setup
  public void prepare() {
    Random random = new Random(1);
    double[][] lumps = new double[LUMPS][];
    Arrays.setAll(lumps, lump -> random.doubles(dimensions, -2, 2).toArray());
    double[] noise = new double[dimensions];
    Arrays.fill(noise, NOISE);
    EncodedRecords records = new EncodedRecords(drawn(kernels, lumps, random), noise);
    evaluator = new KernelForm(0.5, kernels).around(records, sphere()).newEvaluator();
    prepare(drawn(POINTS, lumps, random));
  }

  /** Whose shape the kernels take. */
  private GaussianMixture sphere() {
    double[][] covariance = new double[dimensions][dimensions];
    for (int i = 0; i < dimensions; i++) {
      covariance[i][i] = 1 + NOISE;
    }
    return new GaussianMixture(List.of(Component.of(1, new double[dimensions], covariance)));
  }

  private double[][] drawn(int count, double[][] lumps, Random random) {
    double[][] drawn = new double[count][dimensions];
    for (double[] point : drawn) {
      double[] lump = lumps[random.nextInt(LUMPS)];
      Arrays.setAll(point, i -> lump[i] + 0.5 * random.nextGaussian());
    }
    return drawn;
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
