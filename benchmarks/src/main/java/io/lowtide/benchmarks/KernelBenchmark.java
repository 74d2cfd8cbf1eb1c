package io.lowtide.benchmarks;

import io.lowtide.density.flow.KernelDensity;
import java.util.Arrays;
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
 * Time of the log-density of a kernel density at one point, and of its gradient as well, on one
 * thread, on SIMD registers and in plain Java, and (with {@code -prof gc}) the bytes that it
 * allocates. Points are drawn from twenty lumps, as the records are that the kernels are around.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class KernelBenchmark {

  private static final int POINTS = 1024;
  private static final int LUMPS = 20;
  private static final int NEIGHBOURS = 5;
  private static final double NOISE = 0.003;
  private static final String HEAP = "-Xmx256m";
  private static final String ADD_MODULES = "--add-modules";
  private static final String SIMD_MODULE = "jdk.incubator.vector";

  /** How many there are. */
  @Param({"500", "2500"})
  private int kernels;

  /** Of a point. */
  @Param({"3", "8", "16", "36"})
  private int dimensions;

  private KernelDensity.Evaluator evaluator;
  private double[][] points;
  private double[] gradient;
  private int next;

  /** Makes the kernels, and draws the points. */
  @Setup
  public void prepare() {
    Random random = new Random(1);
    double[][] lumps = new double[LUMPS][];
    Arrays.setAll(lumps, lump -> random.doubles(dimensions, -2, 2).toArray());
    double[][] centres = drawn(kernels, lumps, random);
    double[] scales = new double[kernels];
    Arrays.setAll(scales, k -> scale(centres, k));
    double[][] spread = new double[dimensions][dimensions];
    for (int i = 0; i < dimensions; i++) {
      spread[i][i] = 1;
    }
    double[] noise = new double[dimensions];
    Arrays.fill(noise, NOISE);
    evaluator = new KernelDensity(centres, scales, spread, noise).newEvaluator();
    points = drawn(POINTS, lumps, random);
    gradient = new double[dimensions];
  }

  private double[][] drawn(int count, double[][] lumps, Random random) {
    double[][] drawn = new double[count][dimensions];
    for (double[] point : drawn) {
      double[] lump = lumps[random.nextInt(LUMPS)];
      Arrays.setAll(point, i -> lump[i] + 0.5 * random.nextGaussian());
    }
    return drawn;
  }

  /**
   * As training has it: half of the squared distance of the fifth nearest, to a power of root 2.
   */
  private double scale(double[][] centres, int from) {
    double[] distances =
        Arrays.stream(centres)
            .mapToDouble(
                centre -> {
                  double sum = 0;
                  for (int i = 0; i < dimensions; i++) {
                    sum += (centre[i] - centres[from][i]) * (centre[i] - centres[from][i]);
                  }
                  return sum;
                })
            .sorted()
            .toArray();
    double scale = 0.5 * distances[NEIGHBOURS] / dimensions;
    return Math.pow(2, 0.5 * Math.rint(2 * Math.log(scale) / Math.log(2)));
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
}
