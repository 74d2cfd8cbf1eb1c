package io.lowtide.stream;

import io.lowtide.density.bundle.BundleAssembler;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.ContextFeature;
import io.lowtide.schemas.ContextKind;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.DateOrder;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.Presence;
import io.lowtide.schemas.Provenance;
import io.lowtide.schemas.TrainingSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Bundles whose vector field is zero, so that the density is known: temperature is normal around 65
 * with deviation 5, pressure around 2 with deviation 0.5.
 */
public final class TestModels {

  static {
    // Builders copy enums, which Avro takes for untrusted classes otherwise.
    GeneratedClasses.trust();
  }

  public static final String DETECTOR = "press-line";

  private static final ContinuousFeature TEMPERATURE =
      feature("temperature", FeatureTransform.IDENTITY, 65, 5);
  private static final SolverSettings SOLVER = SolverSettings.dormandPrince(1e-5);
  private static final FieldParameters ZERO = zero();

  private TestModels() {}

  public static ModelBundle bundle(String version) {
    return bundle(DETECTOR, version, 199, 0.05);
  }

  public static ModelBundle bundle(
      String detector, String version, int calibrationRecords, double budget) {
    return bundle(detector, version, calibrationRecords, budget, TEMPERATURE, ZERO, SOLVER);
  }

  /**
   * Temperature is normal within a degree or so of what it was in the record before of the same
   * key, and of 65 in a key's first record.
   */
  public static ModelBundle withTemperatureBefore(String version) {
    ContextFeature before =
        new ContextFeature(
            "temperature",
            ContextKind.LAG,
            0.0,
            1,
            FeatureTransform.IDENTITY,
            0.0,
            1.0,
            65.0,
            5.0,
            List.of(),
            "",
            DateOrder.UNSTATED,
            Presence.REQUIRED);
    ContinuousFeature steady =
        ContinuousFeature.newBuilder(feature("temperature", FeatureTransform.IDENTITY, 65, 1))
            .setContextWeights(List.of(5.0, 0.0))
            .build();
    FieldShape shape = new FieldShape(2, 2, List.of(4, 4), Activation.TANH);
    return bundle(
        DETECTOR,
        version,
        199,
        0.05,
        new FeatureSpecification(
            List.of(steady, feature("pressure", FeatureTransform.IDENTITY, 2, 0.5)),
            List.of(),
            List.of(before),
            List.of(),
            List.of()),
        new FieldParameters(shape, new float[shape.parameterCount()]),
        SOLVER,
        normalRecords(199).stream()
            .map(r -> new double[] {r[0], r[1], r[0] + (r[1] - 2) * 2})
            .toList());
  }

  /** Asks for a field that no reading of the tests has, instead of the pressure. */
  public static ModelBundle ofOtherRecords(String version) {
    return bundle(
        DETECTOR,
        version,
        199,
        0.05,
        new FeatureSpecification(
            List.of(TEMPERATURE, feature("vibration", FeatureTransform.IDENTITY, 2, 0.5)),
            List.of(),
            List.of(),
            List.of(),
            List.of()),
        ZERO,
        SOLVER,
        normalRecords(199));
  }

  /** Temperature is the logarithm's: it has a domain. */
  public static ModelBundle withLogarithmOfTemperature() {
    ContinuousFeature logarithm =
        feature("temperature", FeatureTransform.LOG, Math.log(65), 5.0 / 65);
    return bundle(DETECTOR, "log", 199, 0.05, logarithm, ZERO, SOLVER);
  }

  /**
   * The field is zero for every normal record, and a steep front at twenty deviations of the
   * temperature, 165 degrees, which takes the solver more than its least budget.
   */
  public static ModelBundle withSteepFrontAndLeastBudget() {
    FieldShape shape = new FieldShape(2, 0, List.of(1), Activation.TANH);
    FieldLayer hidden = shape.layers().get(0);
    FieldLayer output = shape.layers().get(1);
    float[] front = new float[shape.parameterCount()];
    front[hidden.weights().offset()] = 5;
    front[hidden.biasConstant().offset()] = -100;
    front[output.weights().offset()] = 40;
    front[output.biasConstant().offset()] = 40;
    SolverSettings least = SolverSettings.adaptive(ButcherTableau.DORMAND_PRINCE, 1e-5, 20);
    return bundle(
        DETECTOR, "steep", 199, 0.05, TEMPERATURE, new FieldParameters(shape, front), least);
  }

  private static ModelBundle bundle(
      String detector,
      String version,
      int calibrationRecords,
      double budget,
      ContinuousFeature temperature,
      FieldParameters field,
      SolverSettings solver) {
    return bundle(
        detector,
        version,
        calibrationRecords,
        budget,
        new FeatureSpecification(
            List.of(temperature, feature("pressure", FeatureTransform.IDENTITY, 2, 0.5)),
            List.of(),
            List.of(),
            List.of(),
            List.of()),
        field,
        solver,
        normalRecords(calibrationRecords));
  }

  private static ModelBundle bundle(
      String detector,
      String version,
      int calibrationRecords,
      double budget,
      FeatureSpecification features,
      FieldParameters field,
      SolverSettings solver,
      List<double[]> records) {
    BundleAssembler assembler = new BundleAssembler(features, field, solver);
    ValueScorer scorer = assembler.newScorer();
    double[] scores = new double[calibrationRecords];
    for (int i = 0; i < scores.length; i++) {
      scorer.score(records.get(i));
      scores[i] = scorer.logLikelihood();
    }
    try {
      return assembler.assemble(
          detector,
          version,
          Instant.parse("2026-01-02T03:04:05Z"),
          ConformalCalibration.fit(scores, budget),
          new TrainingSummary(
              1000L, 100L, (long) calibrationRecords, 20, 18, 1.5, 1.6, 2.5, 0.0, 0L, 0L),
          new Provenance("test", "00", 1300L, 1L, "0.1.0", "17", "none", null),
          records.subList(0, 3));
    } catch (BundleException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ContinuousFeature feature(
      String name, FeatureTransform transform, double mean, double deviation) {
    return new ContinuousFeature(
        name,
        transform,
        0.0,
        1.0,
        mean,
        deviation,
        0.0,
        0.0,
        mean - 4 * deviation,
        mean + 4 * deviation,
        0.0,
        0.0,
        List.of(),
        0);
  }

  private static FieldParameters zero() {
    FieldShape shape = new FieldShape(2, 0, List.of(4, 4), Activation.TANH);
    return new FieldParameters(shape, new float[shape.parameterCount()]);
  }

  private static List<double[]> normalRecords(int count) {
    Random random = new Random(7);
    List<double[]> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(new double[] {65 + 5 * random.nextGaussian(), 2 + 0.5 * random.nextGaussian()});
    }
    return records;
  }
}
