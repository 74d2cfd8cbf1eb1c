package io.lowtide.stream;

import io.lowtide.density.bundle.BundleAssembler;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
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

  public static final String DETECTOR = "press-line";

  private TestModels() {}

  public static ModelBundle bundle(String version) {
    return bundle(DETECTOR, version, 199, 0.05);
  }

  public static ModelBundle bundle(
      String detector, String version, int calibrationRecords, double budget) {
    FeatureSpecification features =
        new FeatureSpecification(
            List.of(feature("temperature", 65, 5), feature("pressure", 2, 0.5)),
            List.of(),
            List.of(),
            List.of());
    FieldShape shape = new FieldShape(2, 0, List.of(4, 4), Activation.TANH);
    FieldParameters zero = new FieldParameters(shape, new float[shape.parameterCount()]);
    BundleAssembler assembler =
        new BundleAssembler(features, zero, SolverSettings.dormandPrince(1e-5));
    List<double[]> records = normalRecords(calibrationRecords);
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
          new TrainingSummary(1000L, 100L, (long) calibrationRecords, 20, 18, 1.5, 1.6, 2.5, 0.0, 0L, 0L),
          new Provenance("test", "00", 1300L, 1L, "0.1.0", "17", "none"),
          records.subList(0, 3));
    } catch (BundleException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ContinuousFeature feature(String name, double mean, double deviation) {
    return new ContinuousFeature(
        name,
        FeatureTransform.IDENTITY,
        0.0,
        1.0,
        mean,
        deviation,
        0.0,
        0.0,
        mean - 4 * deviation,
        mean + 4 * deviation,
        0.0);
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
