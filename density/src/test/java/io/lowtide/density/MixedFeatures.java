package io.lowtide.density;

import io.lowtide.density.bundle.BundleAssembler;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.CategoryLevel;
import io.lowtide.schemas.ContextFeature;
import io.lowtide.schemas.ContextKind;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.DateOrder;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.schemas.Presence;
import io.lowtide.schemas.Provenance;
import io.lowtide.schemas.TrainingSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Two numbers, of which the second may be missing, a colour, and a context of the time of day, the
 * site and the first number one and two records before.
 */
public final class MixedFeatures {

  /** Level of one, missing flag of one, cycle, site, two lags. */
  public static final int CONTEXT = 1 + 1 + 2 + 2 + 2 + 2;

  private MixedFeatures() {}

  public static FeatureSpecification specification() {
    return new FeatureSpecification(
        List.of(
            new ContinuousFeature(
                "amount",
                FeatureTransform.ASINH,
                2.0,
                1.5,
                0.2,
                0.8,
                0.0,
                0.0,
                -20.0,
                40.0,
                0.0,
                0.0,
                List.of(0.3, -0.2, 0.1, 0.0, 0.2, -0.4, 0.5, 0.1, 0.2, 0.0),
                0),
            new ContinuousFeature(
                "delay",
                FeatureTransform.IDENTITY,
                0.0,
                1.0,
                3.0,
                2.0,
                0.0,
                0.0,
                -5.0,
                11.0,
                0.04,
                -2.1,
                List.of(),
                0)),
        List.of(
            new CategoricalFeature(
                "colour",
                List.of(new CategoryLevel("red", 0.7), new CategoryLevel("blue", 0.25)),
                0.02,
                0.03,
                1,
                null,
                List.of())),
        List.of(
            context("at", ContextKind.CYCLE, 86_400, 0, List.of()),
            context("site", ContextKind.CATEGORY, 0, 0, List.of("north", "south")),
            context("amount", ContextKind.LAG, 0, 1, List.of()),
            context("amount", ContextKind.LAG, 0, 2, List.of())),
        List.of(),
        List.of());
  }

  private static ContextFeature context(
      String name, ContextKind kind, double period, int lag, List<String> levels) {
    return new ContextFeature(
        name,
        kind,
        period,
        lag,
        FeatureTransform.IDENTITY,
        0.0,
        1.0,
        1.0,
        2.0,
        levels,
        "",
        DateOrder.UNSTATED,
        Presence.REQUIRED);
  }

  public static FieldParameters field() {
    return RandomFields.of(2, CONTEXT, List.of(16, 16), Activation.TANH, 7);
  }

  public static BundleAssembler assembler() {
    return new BundleAssembler(specification(), field(), SolverSettings.dormandPrince(1e-6));
  }

  /** A bundle whose calibration records are plain draws, not from its flow. */
  public static ModelBundle bundle() {
    BundleAssembler assembler = assembler();
    ValueScorer scorer = assembler.newScorer();
    Random random = new Random(3);
    List<double[]> records = new ArrayList<>();
    double[] scores = new double[499];
    for (int i = 0; i < scores.length; i++) {
      double[] values = {
        2 + random.nextGaussian(),
        random.nextInt(25) == 0 ? Double.NaN : 3 + 2 * random.nextGaussian(),
        random.nextInt(3) == 0 ? 1 : 0,
        random.nextInt(86_400),
        random.nextInt(2),
        2 + random.nextGaussian(),
        i % 50 == 0 ? Double.NaN : 2 + random.nextGaussian()
      };
      records.add(values);
      scores[i] = scorer.scoreOrLowest(values);
    }
    try {
      return assembler.assemble(
          "payments",
          "v1",
          Instant.parse("2026-01-02T03:04:05Z"),
          ConformalCalibration.fit(scores, 0.01),
          new TrainingSummary(3000L, 500L, 499L, 20, 18, 1.5, 1.6, 12.5, 0.0, 0L, 0L),
          new Provenance("test", "00", 3999L, 1L, "0.1.0", "17", "none", null),
          records.subList(0, 30));
    } catch (BundleException e) {
      throw new IllegalStateException(e);
    }
  }
}
