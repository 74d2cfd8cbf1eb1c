package io.lowtide.benchmarks;

import io.lowtide.density.flow.BaseEvaluator;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time of the log-density of a mixture of Gaussians at one point, and of its gradient as well, on
 * one thread, on SIMD registers and in plain Java, and (with {@code -prof gc}) the bytes that it
 * allocates. Points are drawn from the mixture.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class MixtureBenchmark {

  private static final int POINTS = 1024;
  private static final String HEAP = "-Xmx256m";
  private static final String ADD_MODULES = "--add-modules";
  private static final String SIMD_MODULE = "jdk.incubator.vector";

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
  private double[][] points;
  private double[] gradient;
  private int next;

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
    gradient = new double[dimensions];
    points = new double[POINTS][dimensions];
    for (double[] point : points) {
      mixture.draw(random, point);
    }
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

  private double[] nextPoint() {
    next = (next + 1) % POINTS;
    return points[next];
  }

  /** The log-density at the next point. */
  @Benchmark
  @Fork(
      value = 1,
      jvmArgs = {HEAP, ADD_MODULES, SIMD_MODULE})
  public double logDensityOnSimd() {
    return evaluator.logDensity(nextPoint());
  }

  /** The same without the module. */
  @Benchmark
  @Fork(value = 1, jvmArgs = HEAP)
  public double logDensityInPlainJava() {
    return evaluator.logDensity(nextPoint());
  }

  /** The log-density and its gradient at the next point. */
  @Benchmark
  @Fork(
      value = 1,
      jvmArgs = {HEAP, ADD_MODULES, SIMD_MODULE})
  public double gradientOnSimd() {
    return evaluator.logDensityAndGradient(nextPoint(), gradient);
  }

  /** The same without the module. */
  @Benchmark
  @Fork(value = 1, jvmArgs = HEAP)
  public double gradientInPlainJava() {
    return evaluator.logDensityAndGradient(nextPoint(), gradient);
  }
}
