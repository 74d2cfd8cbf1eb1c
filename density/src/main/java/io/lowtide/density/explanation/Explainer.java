package io.lowtide.density.explanation;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.flow.PartialFlow;
import io.lowtide.density.likelihood.DiscreteTerms;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.ExpectedRanges;
import io.lowtide.schemas.ExplanationKind;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.UnusualPattern;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;

/**
 * Explains a low score by the way from the nearest normal record to this one; docs/alerts.md gives
 * the method and what can be relied on.
 *
 * <p>The nearest normal record is of the same context. It has the same categories, except where
 * they are rare beside those that they depend on: there it has the most probable one. It lacks the
 * same values; where that is rare the value's absence is told by itself. Of its continuous values
 * it has the same except for as few as possible, which are where they are most probable given the
 * others. The difference in log-likelihood between the two is shared out among the fields: what is
 * discrete is known exactly for each, what is continuous by integrated gradients.
 *
 * <p>Belongs to one thread.
 */
public final class Explainer {

  /** What stands for the value that a missing one should have. */
  public static final String PRESENT = "present";

  /**
   * A record counts as normal once this fraction of normal records is less probable, and never as
   * long as it is improbable enough for an alert.
   */
  private static final double NORMAL_QUANTILE = 0.05;

  /** A category, a missing value or a value that is there counts as rare below this probability. */
  private static final double RARE = 0.05;

  /** Half of a range that covers 90 % where nothing better is known: of a Gaussian. */
  private static final double GAUSSIAN_FACTOR = 1.6449;

  private final FeatureEncoder encoder;
  private final DiscreteTerms discrete;
  private final PartialFlow flow;
  private final ContinuousExplainers explainers;
  private final double normalConformity;
  private final double ordinaryConformity;
  private final Optional<ExpectedRanges> ranges;
  private final int dimensions;
  private final double[] context;
  private final double[] minimum;
  private final double[] maximum;
  private final double[] encoded;
  private final double[] lowest;
  private final double[] highest;

  /** An explainer for the calling thread. */
  public Explainer(ModelBundle bundle) {
    this.encoder = bundle.encoder();
    this.discrete = new DiscreteTerms(encoder);
    this.flow = bundle.flow().newPartialFlow();
    this.explainers = new ContinuousExplainers(encoder, bundle.flow());
    double least = Math.min(0.5, 2 * bundle.calibration().defaultBudget());
    this.normalConformity = bundle.calibration().quantile(Math.max(NORMAL_QUANTILE, least));
    this.ordinaryConformity = bundle.calibration().quantile(0.5);
    this.ranges = bundle.calibration().expectedRanges();
    this.dimensions = encoder.dimensions();
    this.context = new double[encoder.contextDimensions()];
    this.minimum = bounds(ContinuousFeature::getMinimum);
    this.maximum = bounds(ContinuousFeature::getMaximum);
    this.encoded = new double[dimensions];
    this.lowest = new double[dimensions];
    this.highest = new double[dimensions];
  }

  private double[] bounds(ToDoubleFunction<ContinuousFeature> boundOfFeature) {
    return encoder.features().stream().mapToDouble(boundOfFeature).toArray();
  }

  /**
   * Explains the score of one record; takes some ten to forty scores. Where no record that is more
   * probable is found, the explanation is brief.
   *
   * @param values one for each of the encoder's inputs, of a record that has a score
   * @param logLikelihood its score, in nats
   * @param categoryText the text of a categorical feature by its index; empty where missing
   * @return one contribution per continuous feature that has a value, and one per field that is
   *     unusual by itself: a constant that changed, a rare category, a value that is missing
   */
  public Explanation explain(
      double[] values, double logLikelihood, IntFunction<Optional<String>> categoryText) {
    List<FieldContribution> contributions = new ArrayList<>();
    double change = explainDiscrete(values, categoryText, contributions);
    int unusual = contributions.size();
    double ofDiscrete = discrete.of(values);
    double normalDiscrete = ofDiscrete - change;
    encode(values);
    ContinuousExplainer explainer = explainers.of(encoded);
    if (explainer == null) {
      return explanation(
          pattern(unusual, unusual, true), normalDiscrete, OptionalDouble.empty(), contributions);
    }
    explainer.setContext(context);
    double normalLevel = normalConformity - normalDiscrete - missingOffsets(values);
    double ofRecord = logLikelihood - ofDiscrete;
    double[] normal = encoded.clone();
    double ofNormal = ofRecord;
    if (!(ofRecord >= normalLevel)) {
      ofNormal = findNormal(explainer, normalLevel, normal);
      if (!(ofNormal > ofRecord)) {
        return explainBriefly(values, logLikelihood, categoryText);
      }
    }
    double[] ofFeatures = new double[dimensions];
    int moved = 0;
    for (int feature : explainer.features()) {
      moved += normal[feature] == encoded[feature] ? 0 : 1;
    }
    if (moved > 0) {
      explainer.contributions(encoded, normal, ofRecord - ofNormal, ofFeatures);
    }
    addContinuous(values, normal, ofFeatures, explainer, contributions);
    return explanation(
        pattern(unusual + moved, unusual + explainer.features().length, ofNormal >= normalLevel),
        normalDiscrete + ofNormal,
        ranges.map(known -> OptionalDouble.of(known.getCoverage())).orElse(OptionalDouble.empty()),
        contributions);
  }

  /**
   * Finds the nearest normal values, or the most probable ones that are known.
   *
   * @param normal receives them
   * @return their log-likelihood; not a number if they have none
   */
  private double findNormal(ContinuousExplainer explainer, double normalLevel, double[] normal) {
    double[] found = encoded.clone();
    explainer.findNormal(encoded, lowest, highest, normalLevel, found);
    double level = continuousLogLikelihood(found);
    if (!(level >= normalLevel)) {
      double[] foundPrecisely = encoded.clone();
      explainer.findNormalPrecisely(encoded, lowest, highest, normalLevel, foundPrecisely);
      double precise = continuousLogLikelihood(foundPrecisely);
      if (!(level >= precise)) {
        level = precise;
        found = foundPrecisely;
      }
    }
    System.arraycopy(found, 0, normal, 0, dimensions);
    return level;
  }

  private static UnusualPattern pattern(int unusual, int fields, boolean isNormal) {
    if (isNormal && unusual <= 1) {
      return UnusualPattern.FIELD;
    }
    return isNormal && 2 * unusual <= fields ? UnusualPattern.GROUP : UnusualPattern.JOINT;
  }

  private static Explanation explanation(
      UnusualPattern pattern,
      double normalLogLikelihood,
      OptionalDouble rangeCoverage,
      List<FieldContribution> contributions) {
    contributions.sort(Comparator.comparingDouble(FieldContribution::getContribution));
    return new Explanation(
        ExplanationKind.FULL,
        Optional.of(pattern),
        normalLogLikelihood,
        rangeCoverage,
        contributions);
  }

  /**
   * Estimates from one look, within the time of one to four scores, what the fields have to do with
   * it: of what a record lacks to be an ordinary one, each has the share that it has in the first
   * step towards the nearest normal record.
   *
   * @param values one for each of the encoder's inputs, of a record that has a score
   * @param logLikelihood its score, in nats
   * @param categoryText the text of a categorical feature by its index; empty where missing
   */
  public Explanation explainBriefly(
      double[] values, double logLikelihood, IntFunction<Optional<String>> categoryText) {
    List<FieldContribution> contributions = new ArrayList<>();
    double change = explainDiscrete(values, categoryText, contributions);
    encode(values);
    double normalLogLikelihood =
        Math.max(ordinaryConformity - missingOffsets(values), logLikelihood - change);
    ContinuousExplainer explainer = explainers.of(encoded);
    if (explainer == null) {
      normalLogLikelihood = logLikelihood - change;
    } else {
      explainer.setContext(context);
      double[] shares = new double[dimensions];
      explainer.glance(encoded, lowest, highest, shares);
      double missing = logLikelihood - change - normalLogLikelihood;
      for (int feature : explainer.features()) {
        contributions.add(
            new FieldContribution(
                encoder.inputs().get(feature).column(),
                values[feature],
                null,
                null,
                null,
                missing * shares[feature],
                null,
                null));
      }
    }
    contributions.sort(Comparator.comparingDouble(FieldContribution::getContribution));
    return new Explanation(
        ExplanationKind.BRIEF,
        Optional.empty(),
        normalLogLikelihood,
        OptionalDouble.empty(),
        contributions);
  }

  /** The record's values, and the least and the largest that a normal one has. */
  private void encode(double[] values) {
    encoder.encodeContext(values, context);
    encoder.encode(values, context, encoded);
    encoder.encode(minimum, context, lowest);
    encoder.encode(maximum, context, highest);
  }

  /** Returns what the contributions sum to. */
  private double explainDiscrete(
      double[] values,
      IntFunction<Optional<String>> categoryText,
      List<FieldContribution> contributions) {
    double sum = 0;
    for (int i = 0; i < dimensions; i++) {
      if (Double.isNaN(values[i]) && isRarelyMissing(i)) {
        double change = discrete.ofPresence(i, Double.NaN) - discrete.ofPresence(i, 0);
        sum += change;
        contributions.add(
            told(encoder.inputs().get(i).column(), ContextDescription.MISSING, PRESENT, change));
      }
    }
    for (int i = 0; i < encoder.constants().size(); i++) {
      ConstantFeature constant = encoder.constants().get(i);
      double value = values[encoder.layout().indexOfConstant(i)];
      double change = discrete.ofConstant(i, value) - discrete.ofConstant(i, constant.getValue());
      sum += change;
      if (change != 0) {
        contributions.add(
            number(
                constant.getName(),
                value,
                constant.getValue(),
                change,
                constant.getValue(),
                constant.getValue()));
      }
    }
    for (int i = 0; i < encoder.categories().size(); i++) {
      CategoricalFeature category = encoder.categories().get(i);
      double normalLevel = discrete.mostProbableLevel(i, values);
      double own = discrete.ofCategory(i, values);
      double change = own - discrete.ofCategory(i, normalLevel, values);
      if (own < Math.log(RARE) && change < 0) {
        sum += change;
        contributions.add(
            told(
                category.getName(),
                categoryText.apply(i).orElse(ContextDescription.MISSING),
                Double.isNaN(normalLevel)
                    ? ContextDescription.MISSING
                    : category.getLevels().get((int) normalLevel).getValue(),
                change));
      }
    }
    return sum;
  }

  private boolean isRarelyMissing(int feature) {
    return encoder.features().get(feature).getMissingProbability() < RARE;
  }

  private static FieldContribution told(
      String field, String text, String normalText, double contribution) {
    return new FieldContribution(field, null, null, text, normalText, contribution, null, null);
  }

  private static FieldContribution number(
      String field,
      double value,
      double normalValue,
      double contribution,
      Double low,
      Double high) {
    return new FieldContribution(field, value, normalValue, null, null, contribution, low, high);
  }

  private double missingOffsets(double[] values) {
    double sum = 0;
    for (int i = 0; i < dimensions; i++) {
      sum += Double.isNaN(values[i]) ? encoder.features().get(i).getMissingOffset() : 0;
    }
    return sum;
  }

  /** In the units of the record, as scores are found; not finite if there is none. */
  private double continuousLogLikelihood(double[] point) {
    flow.setContext(context);
    if (flow.score(point) != SolveStatus.COMPLETED) {
      return Double.NaN;
    }
    double sum = flow.logDensity();
    for (int i = 0; i < dimensions; i++) {
      sum += Double.isNaN(point[i]) ? 0 : encoder.logSlope(i, point[i], context);
    }
    return sum;
  }

  private void addContinuous(
      double[] values,
      double[] normal,
      double[] ofFeatures,
      ContinuousExplainer explainer,
      List<FieldContribution> contributions) {
    double[] centres = new double[dimensions];
    double[] deviations = new double[dimensions];
    explainer.expect(normal, centres, deviations);
    double[] low = new double[dimensions];
    double[] high = new double[dimensions];
    for (int feature : explainer.features()) {
      double half = factor(feature) * deviations[feature];
      low[feature] = centres[feature] - half;
      high[feature] = centres[feature] + half;
    }
    double[] normalValues = new double[dimensions];
    double[] lowValues = new double[dimensions];
    double[] highValues = new double[dimensions];
    encoder.decode(normal, context, normalValues);
    encoder.decode(low, context, lowValues);
    encoder.decode(high, context, highValues);
    for (int feature : explainer.features()) {
      boolean known =
          factor(feature) > 0
              && Double.isFinite(lowValues[feature])
              && Double.isFinite(highValues[feature]);
      contributions.add(
          number(
              encoder.inputs().get(feature).column(),
              values[feature],
              normal[feature] == encoded[feature] ? values[feature] : normalValues[feature],
              ofFeatures[feature],
              known ? lowValues[feature] : null,
              known ? highValues[feature] : null));
    }
  }

  private double factor(int feature) {
    return ranges.map(known -> known.getFactors().get(feature)).orElse(GAUSSIAN_FACTOR);
  }
}
