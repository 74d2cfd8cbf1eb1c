package io.lowtide.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time of a log-density at one point, and of its gradient as well, on one thread, on SIMD registers
 * and in plain Java, and (with {@code -prof gc}) the bytes that it allocates.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public abstract class DensityBenchmark {

  /** Points that take turns. */
  static final int POINTS = 1024;

  private static final String HEAP = "-Xmx256m";
  private static final String ADD_MODULES = "--add-modules";
  private static final String SIMD_MODULE = "jdk.incubator.vector";

  private double[][] points;
  private double[] gradient;
  private int next;

  /**
   * @param at as many points as {@link #POINTS}, before anything is measured
   */
  final void prepare(double[][] at) {
    points = at;
    gradient = new double[at[0].length];
  }

  /** The log-density at a point. */
  abstract double logDensity(double[] point);

  /** The same, and its gradient. */
  abstract double logDensityAndGradient(double[] point, double[] slope);

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
    return logDensity(nextPoint());
  }

  /** The same without the module. */
  @Benchmark
  @Fork(value = 1, jvmArgs = HEAP)
  public double logDensityInPlainJava() {
    return logDensity(nextPoint());
  }

  /** The log-density and its gradient at the next point. */
  @Benchmark
  @Fork(
      value = 1,
      jvmArgs = {HEAP, ADD_MODULES, SIMD_MODULE})
  public double gradientOnSimd() {
    return logDensityAndGradient(nextPoint(), gradient);
  }

  /** The same without the module. */
  @Benchmark
  @Fork(value = 1, jvmArgs = HEAP)
  public double gradientInPlainJava() {
    return logDensityAndGradient(nextPoint(), gradient);
  }
}
