package io.lowtide.density;

import io.lowtide.density.bundle.BundleAssembler;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.explanation.RangeCalibration;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.VectorFields;
import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowIntegrator;
import io.lowtide.density.flow.FlowParameters;
import io.lowtide.density.flow.StackedDensity;
import io.lowtide.density.flow.StandardNormal;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.schemas.Provenance;
import io.lowtide.schemas.TrainingSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small bundles whose calibration records are drawn from their own flow. */
public final class TestBundles {

  private static final SolverSettings SOLVER = SolverSettings.dormandPrince(1e-5);

  private TestBundles() {}

  public static FeatureSpecification features() {
    return features(0, 0);
  }

  private static FeatureSpecification features(double missingProbability, double missingOffset) {
    return new FeatureSpecification(
        List.of(
            feature("temperature", FeatureTransform.IDENTITY, 0, 1, 60, 5),
            new ContinuousFeature(
                "machine.current",
                FeatureTransform.ASINH,
                10.0,
                2.0,
                0.5,
                1.5,
                0.0,
                0.0,
                0.5,
                80.0,
                missingProbability,
                missingOffset,
                List.of(),
                0),
            feature("pressure", FeatureTransform.LOG, 1, 1, 2, 0.5)),
        List.of(),
        List.of(),
        List.of(new ConstantFeature("line", 7.0, 0.001)),
        List.of());
  }

  private static ContinuousFeature feature(
      String name, FeatureTransform transform, double shift, double scale, double at, double by) {
    return new ContinuousFeature(
        name, transform, shift, scale, at, by, 0.0, 0.0, 0.5, 80.0, 0.0, 0.0, List.of(), 0);
  }

  public static ModelBundle bundle() {
    return bundle(new StandardNormal(3));
  }

  /** The same from a mixture of four Gaussians. */
  public static ModelBundle mixtureBundle() {
    return bundle(RandomMixtures.of(3, 4, 6));
  }

  /** The same from a mixture with kernels beside it. */
  public static ModelBundle kernelBundle() {
    return bundle(kernels());
  }

  /** The same where a third of the records lack the current. */
  public static ModelBundle optionalKernelBundle() {
    List<double[]> records = draw(assembler(), field(0), SOLVER, 999, 11);
    for (int i = 0; i < records.size(); i += 3) {
      records.get(i)[1] = Double.NaN;
    }
    return bundle(features(1 / 3.0, -4), new FlowParameters(field(1), kernels()), records);
  }

  private static StackedDensity kernels() {
    return new StackedDensity(RandomMixtures.of(3, 4, 6), RandomKernels.of(3, 30, 7), 0.4);
  }

  private static ModelBundle bundle(BaseDensity base) {
    return bundle(
        features(),
        new FlowParameters(field(0), base),
        draw(assembler(), field(0), SOLVER, 999, 11));
  }

  private static BundleAssembler assembler() {
    return new BundleAssembler(
        features(), FlowParameters.fromStandardNormal(field(0)), SOLVER, null);
  }

  private static FieldParameters field(int contextDimensions) {
    return RandomFields.of(3, contextDimensions, List.of(16, 16), Activation.TANH, 5);
  }

  private static ModelBundle bundle(
      FeatureSpecification features, FlowParameters parameters, List<double[]> records) {
    BundleAssembler assembler = new BundleAssembler(features, parameters, SOLVER, null);
    ValueScorer scorer = assembler.newScorer();
    double[] scores = records.stream().mapToDouble(scorer::scoreOrLowest).toArray();
    try {
      return assembler.assemble(
          "press-line",
          "v1",
          Instant.parse("2026-01-02T03:04:05Z"),
          ConformalCalibration.fit(scores, 0.01)
              .withExpectedRanges(
                  RangeCalibration.measure(assembler.encoder(), assembler.flow(), records)),
          new TrainingSummary(3000L, 500L, 999L, 20, 18, 1.5, 1.6, 12.5, 0.0, 0L, 0L),
          new Provenance("test", "00", 4499L, 1L, "0.1.0", "17", "none", null),
          records.subList(0, 5));
    } catch (BundleException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Records drawn from the flow: three continuous values and the constant. */
  public static List<double[]> draw(
      BundleAssembler assembler,
      FieldParameters field,
      SolverSettings solver,
      int count,
      long seed) {
    FlowIntegrator integrator = new Flow(VectorFields.of(field), solver).newIntegrator();
    Random random = new Random(seed);
    List<double[]> records = new ArrayList<>();
    double[] encoded = new double[3];
    while (records.size() < count) {
      integrator.sample(random.doubles(3, -1, 1).map(u -> random.nextGaussian()).toArray());
      integrator.copyPosition(encoded);
      double[] values = new double[4];
      double[] continuous = new double[3];
      assembler.encoder().decode(encoded, new double[0], continuous);
      System.arraycopy(continuous, 0, values, 0, 3);
      values[3] = 7.0;
      records.add(values);
    }
    return records;
  }
}
