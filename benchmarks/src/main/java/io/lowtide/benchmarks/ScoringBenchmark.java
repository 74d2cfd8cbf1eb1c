package io.lowtide.benchmarks;

import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.ScalarVectorField;
import io.lowtide.density.field.VectorField;
import io.lowtide.density.field.VectorFields;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowIntegrator;
import io.lowtide.density.ode.SolverSettings;
import java.io.IOException;
import java.nio.file.Path;
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
 * Time of one score, one record at a time on one thread, and (with {@code -prof gc}) the bytes it
 * allocates. The model is the file named by {@code -p model=FILE}; records are drawn from it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 10, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class ScoringBenchmark {

  private static final int RECORDS = 4096;

  /** Kernel that evaluates the field. */
  @Param({"simd", "scalar"})
  private String kernel;

  /** Tolerance of the solver, relative and absolute. */
  @Param({"1e-5"})
  private String tolerance;

  /** Model bundle to score with. */
  @Param({""})
  private String model;

  private FlowIntegrator integrator;
  private double[][] records;
  private int next;

  /** Draws the records. */
  @Setup
  public void prepare() throws IOException, BundleException {
    ModelBundle bundle = BundleFiles.read(Path.of(model));
    FieldParameters parameters = bundle.parameters();
    VectorField field =
        kernel.equals("simd") ? VectorFields.of(parameters) : new ScalarVectorField(parameters);
    SolverSettings solver = SolverSettings.dormandPrince(Double.parseDouble(tolerance));
    integrator = new Flow(field, bundle.flow().base(), solver).newIntegrator();
    int dimensions = parameters.shape().dimensions();
    Random random = new Random(1);
    records = new double[RECORDS][dimensions];
    double[] start = new double[dimensions];
    for (double[] record : records) {
      bundle.flow().base().draw(random, start);
      integrator.sample(start);
      integrator.copyPosition(record);
    }
    long evaluations = 0;
    for (double[] record : records) {
      integrator.score(record);
      evaluations += integrator.evaluations();
    }
    System.out.printf("evaluations per score: %.1f%n", (double) evaluations / RECORDS);
  }

  /** Scores the next record. */
  @Benchmark
  public double score() {
    next = (next + 1) % RECORDS;
    integrator.score(records[next]);
    return integrator.logDensity();
  }
}
