package io.lowtide.density.explanation;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.flow.Flow;
import io.lowtide.schemas.ExpectedRanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes expected ranges as wide as held-out normal records need them to be: a record's value lies
 * so many conditional standard deviations from where the others let it be expected, and the range
 * is as wide as the quantile of that (split conformal prediction, Vovk, Gammerman, Shafer 2005).
 */
public final class RangeCalibration {

  /** Share of normal records within the range of a field. */
  public static final double COVERAGE = 0.9;

  /** More say no more, and each costs some scores. */
  private static final int MOST_RECORDS = 2_000;

  private static final int LEAST_RECORDS = 30;

  private RangeCalibration() {}

  /**
   * Measures.
   *
   * @param encoder how records become numbers
   * @param flow their density
   * @param records normal records that the flow was not fitted to, in an order that does not
   *     matter, each with one value for each of the encoder's inputs
   */
  public static ExpectedRanges measure(FeatureEncoder encoder, Flow flow, List<double[]> records) {
    int dimensions = encoder.dimensions();
    ContinuousExplainers explainers = new ContinuousExplainers(encoder, flow);
    List<List<Double>> distances = new ArrayList<>();
    for (int i = 0; i < dimensions; i++) {
      distances.add(new ArrayList<>());
    }
    double[] encoded = new double[dimensions];
    double[] centres = new double[dimensions];
    double[] deviations = new double[dimensions];
    for (double[] values : records.subList(0, Math.min(MOST_RECORDS, records.size()))) {
      double[] context = new double[encoder.contextDimensions()];
      encoder.encodeContext(values, context);
      encoder.encode(values, context, encoded);
      ContinuousExplainer explainer = explainers.of(encoded);
      if (explainer == null) {
        continue;
      }
      explainer.setContext(context);
      explainer.expect(encoded, centres, deviations);
      for (int feature : explainer.features()) {
        double distance = Math.abs(encoded[feature] - centres[feature]) / deviations[feature];
        // A record from which none is expected is farther off than any.
        distances.get(feature).add(Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance);
      }
    }
    return new ExpectedRanges(COVERAGE, distances.stream().map(RangeCalibration::factor).toList());
  }

  private static double factor(List<Double> distances) {
    int count = distances.size();
    if (count < LEAST_RECORDS) {
      return 0;
    }
    double[] sorted = distances.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    double factor = sorted[(int) Math.ceil((count + 1) * COVERAGE) - 1];
    return Double.isFinite(factor) ? factor : 0;
  }
}
