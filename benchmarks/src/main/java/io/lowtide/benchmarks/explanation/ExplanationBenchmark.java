package io.lowtide.benchmarks.explanation;

import io.lowtide.density.bundle.BundleAssembler;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.explanation.Explainer;
import io.lowtide.density.explanation.Explanation;
import io.lowtide.density.explanation.RangeCalibration;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.FieldTensor;
import io.lowtide.density.flow.FlowIntegrator;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.GridMethod;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.schemas.Provenance;
import io.lowtide.schemas.TrainingSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * Time of one explanation beside that of one score, one record at a time on one thread. The flow
 * has random parameters, two layers of 64 units and a grid as training chooses it for the demo;
 * normal records are drawn from it, anomalies are such records of which one field, two fields or
 * half of them were moved by 3 to 10 deviations.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 10, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class ExplanationBenchmark {

  private static final int RECORDS = 1024;
  private static final int GRID_STEPS = 12;

  /** Continuous fields, d. */
  @Param({"8", "32"})
  private int dimensions;

  private ValueScorer scorer;
  private Explainer explainer;
  private double[][] normal;
  private double[][] anomalies;
  private double[] logLikelihoods;
  private int next;

  /** Makes the model, and draws the records. */
  @Setup
  public void prepare() throws BundleException {
    FieldParameters field = field();
    SolverSettings solver =
        SolverSettings.dormandPrince(1e-5).onCheckedGrid(GridMethod.ADAMS, GRID_STEPS, 1e9);
    BundleAssembler assembler = new BundleAssembler(features(), field, solver);
    Random random = new Random(2);
    FlowIntegrator integrator = assembler.flow().newIntegrator();
    normal = new double[RECORDS][dimensions];
    for (double[] record : normal) {
      integrator.sample(random.doubles(dimensions).map(unused -> random.nextGaussian()).toArray());
      integrator.copyPosition(record);
    }
    scorer = assembler.newScorer();
    double[] scores = new double[RECORDS];
    for (int i = 0; i < RECORDS; i++) {
      scores[i] = scorer.scoreOrLowest(normal[i]);
    }
    ModelBundle bundle =
        assembler.assemble(
            "benchmark",
            "v1",
            Instant.EPOCH,
            ConformalCalibration.fit(scores, 0.01)
                .withExpectedRanges(
                    RangeCalibration.measure(
                        assembler.encoder(), assembler.flow(), List.of(normal))),
            new TrainingSummary(0L, 0L, (long) RECORDS, 1, 1, 0.0, 0.0, 0.0, 0.0, 0L, 0L),
            new Provenance("none", "", 0L, 0L, "", "", "", null),
            List.of(normal).subList(0, 3));
    explainer = new Explainer(bundle);
    anomalies = new double[RECORDS][];
    logLikelihoods = new double[RECORDS];
    for (int i = 0; i < RECORDS; i++) {
      anomalies[i] = normal[i].clone();
      int moved = i % 3 == 0 ? 1 : i % 3 == 1 ? 2 : dimensions / 2;
      for (int k = 0; k < moved; k++) {
        double by = 3 + 7 * random.nextDouble();
        anomalies[i][random.nextInt(dimensions)] += random.nextBoolean() ? by : -by;
      }
      scorer.score(anomalies[i]);
      logLikelihoods[i] = scorer.logLikelihood();
    }
  }

  private FeatureSpecification features() {
    List<ContinuousFeature> features = new ArrayList<>();
    for (int i = 0; i < dimensions; i++) {
      features.add(
          ContinuousFeature.newBuilder()
              .setName("x" + i)
              .setTransform(FeatureTransform.IDENTITY)
              .setLocation(0)
              .setScale(1)
              .setMinimum(-4)
              .setMaximum(4)
              .build());
    }
    return new FeatureSpecification(features, List.of(), List.of(), List.of(), List.of());
  }

  private FieldParameters field() {
    FieldShape shape = new FieldShape(dimensions, 0, List.of(64, 64), Activation.TANH);
    Random random = new Random(1);
    float[] values = new float[shape.parameterCount()];
    for (FieldLayer layer : shape.layers()) {
      for (FieldTensor tensor : layer.tensors()) {
        double deviation = tensor == layer.weights() ? 1 / Math.sqrt(layer.inputs()) : 0.5;
        for (int i = 0; i < tensor.size(); i++) {
          values[tensor.offset() + i] = (float) (deviation * random.nextGaussian());
        }
      }
    }
    return new FieldParameters(shape, values);
  }

  /** Scores the next normal record. */
  @Benchmark
  public double score() {
    next = (next + 1) % RECORDS;
    scorer.score(normal[next]);
    return scorer.logLikelihood();
  }

  /** Explains the next anomaly. */
  @Benchmark
  public Explanation explain() {
    next = (next + 1) % RECORDS;
    return explainer.explain(anomalies[next], logLikelihoods[next], i -> Optional.empty());
  }

  /** Explains the next anomaly in brief. */
  @Benchmark
  public Explanation explainBriefly() {
    next = (next + 1) % RECORDS;
    return explainer.explainBriefly(anomalies[next], logLikelihoods[next], i -> Optional.empty());
  }
}
