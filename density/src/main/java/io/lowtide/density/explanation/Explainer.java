package io.lowtide.density.explanation;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.PartialFlow;
import io.lowtide.density.likelihood.DiscreteTerms;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FieldContribution;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;

/**
 * Explains a low score by the way from the nearest normal record to this one.
 *
 * <p>The nearest normal record is of the same context. It has the same categories, except where
 * they are rare beside those that they depend on: there it has the most probable one. It lacks the
 * same values; where that is rare the value's absence is told by itself. Its continuous values are
 * found by ascending the log-density from the record (first brought into the range seen in
 * training, and near to what its context accounts for) until it is as probable as an ordinary
 * normal record. The difference in log-density is then shared among the fields by integrated
 * gradients along the straight line between the two (Sundararajan, Taly, Yan 2017, arXiv
 * 1703.01365, equation 1), which makes the contributions add up to that difference. Gradients are
 * forward differences of the log-density. Belongs to one thread; takes some hundreds of scores.
 */
public final class Explainer {

  /** What stands for the value that a missing one should have. */
  public static final String PRESENT = "present";

  /** A record counts as normal once this fraction of normal records is less probable. */
  private static final double NORMAL_QUANTILE = 0.25;

  /** A category, a missing value or a value that is there counts as rare below this probability. */
  private static final double RARE = 0.05;

  /** Deviations from what the context accounts for that the ascent starts within. */
  private static final double LARGEST_RESIDUAL = 4;

  private static final int MAXIMUM_ASCENT_STEPS = 25;
  private static final double DIFFERENCE_STEP = 3e-2;

  /** Contributions are told to a tenth of a nat: a score need not be finer. */
  private static final double LEAST_TOLERANCE = 1e-3;

  private static final double SMALLEST_ASCENT_STEP = 1e-2;
  private static final double LARGEST_ASCENT_STEP = 2;

  /** Five-point Gauss-Legendre rule on [0, 1]. */
  private static final double[] NODES = {
    0.046910077030668, 0.230765344947158, 0.5, 0.769234655052842, 0.953089922969332
  };

  private static final double[] NODE_WEIGHTS = {
    0.118463442528095, 0.239314335249683, 0.284444444444444, 0.239314335249683, 0.118463442528095
  };

  private final FeatureEncoder encoder;
  private final DiscreteTerms discrete;
  private final PartialFlow flow;
  private final double normalConformity;
  private final int dimensions;
  private final double[] context;
  private final double[] decoded;
  private final double[] reencoded;
  private final double[] minimum;
  private final double[] maximum;

  /** An explainer for the calling thread. */
  public Explainer(ModelBundle bundle) {
    this.encoder = bundle.encoder();
    this.discrete = new DiscreteTerms(encoder);
    Flow exact = bundle.flow();
    this.flow = exact.withSolver(exact.solver().adaptively(LEAST_TOLERANCE)).newPartialFlow();
    this.dimensions = encoder.dimensions();
    this.context = new double[encoder.contextDimensions()];
    this.decoded = new double[dimensions];
    this.reencoded = new double[dimensions];
    this.normalConformity = bundle.calibration().quantile(NORMAL_QUANTILE);
    this.minimum = bounds(ContinuousFeature::getMinimum);
    this.maximum = bounds(ContinuousFeature::getMaximum);
  }

  private double[] bounds(ToDoubleFunction<ContinuousFeature> boundOfFeature) {
    return encoder.features().stream().mapToDouble(boundOfFeature).toArray();
  }

  /**
   * Explains the score of one record.
   *
   * @param values one for each of the encoder's inputs, of a record that has a score
   * @param categoryText the text of a categorical feature by its index; empty where missing
   * @return one contribution per continuous feature that has a value, and one per field that is
   *     unusual by itself: a constant that changed, a rare category, a value that is missing; the
   *     most negative first
   */
  public List<FieldContribution> explain(
      double[] values, IntFunction<Optional<String>> categoryText) {
    encoder.encodeContext(values, context);
    flow.setContext(context);
    List<FieldContribution> explanation = new ArrayList<>();
    double normalDiscrete = discrete.of(values);
    for (int i = 0; i < dimensions; i++) {
      if (Double.isNaN(values[i]) && isRarelyMissing(i)) {
        double change = discrete.ofPresence(i, Double.NaN) - discrete.ofPresence(i, 0);
        normalDiscrete -= change;
        explanation.add(
            told(encoder.inputs().get(i).column(), ContextDescription.MISSING, PRESENT, change));
      }
    }
    for (int i = 0; i < encoder.constants().size(); i++) {
      ConstantFeature constant = encoder.constants().get(i);
      double value = values[encoder.layout().indexOfConstant(i)];
      double change = discrete.ofConstant(i, value) - discrete.ofConstant(i, constant.getValue());
      normalDiscrete -= change;
      if (change != 0) {
        explanation.add(number(constant.getName(), value, constant.getValue(), change));
      }
    }
    for (int i = 0; i < encoder.categories().size(); i++) {
      CategoricalFeature category = encoder.categories().get(i);
      double normalLevel = discrete.mostProbableLevel(i, values);
      double own = discrete.ofCategory(i, values);
      double change = own - discrete.ofCategory(i, normalLevel, values);
      if (own < Math.log(RARE) && change < 0) {
        normalDiscrete -= change;
        explanation.add(
            told(
                category.getName(),
                categoryText.apply(i).orElse(ContextDescription.MISSING),
                Double.isNaN(normalLevel)
                    ? ContextDescription.MISSING
                    : category.getLevels().get((int) normalLevel).getValue(),
                change));
      }
    }
    explainContinuous(values, normalConformity - normalDiscrete, explanation);
    explanation.sort(Comparator.comparingDouble(FieldContribution::getContribution));
    return explanation;
  }

  private boolean isRarelyMissing(int feature) {
    return encoder.features().get(feature).getMissingProbability() < RARE;
  }

  private static FieldContribution told(
      String field, String text, String normalText, double contribution) {
    return new FieldContribution(field, null, null, text, normalText, contribution);
  }

  private static FieldContribution number(
      String field, double value, double normalValue, double contribution) {
    return new FieldContribution(field, value, normalValue, null, null, contribution);
  }

  /**
   * @param normalLevel conformity score of the continuous values at which the record is normal
   */
  private void explainContinuous(
      double[] values, double normalLevel, List<FieldContribution> explanation) {
    double[] point = new double[dimensions];
    encoder.encode(values, context, point);
    double[] normal = nearestNormal(values, normalLevel - missingOffsets(values));
    double[] contributions = contributions(normal, point);
    double[] normalValues = new double[dimensions];
    encoder.decode(normal, context, normalValues);
    for (int i = 0; i < dimensions; i++) {
      if (!Double.isNaN(values[i])) {
        explanation.add(
            number(encoder.inputs().get(i).column(), values[i], normalValues[i], contributions[i]));
      }
    }
  }

  private double missingOffsets(double[] values) {
    double sum = 0;
    for (int i = 0; i < dimensions; i++) {
      sum += Double.isNaN(values[i]) ? encoder.features().get(i).getMissingOffset() : 0;
    }
    return sum;
  }

  /** Gradient ascent with a step length that grows on success and halves on failure. */
  private double[] nearestNormal(double[] values, double normalLevel) {
    double[] within = new double[dimensions];
    for (int i = 0; i < dimensions; i++) {
      within[i] = Math.min(maximum[i], Math.max(minimum[i], values[i]));
    }
    double[] current = new double[dimensions];
    encoder.encode(within, context, current);
    for (int i = 0; i < dimensions; i++) {
      if (!encoder.features().get(i).getContextWeights().isEmpty()) {
        current[i] = Math.min(LARGEST_RESIDUAL, Math.max(-LARGEST_RESIDUAL, current[i]));
      }
    }
    double level = logLikelihood(current);
    double step = 0.5;
    double[] gradient = new double[dimensions];
    double[] trial = new double[dimensions];
    for (int index = 0; index < MAXIMUM_ASCENT_STEPS && level < normalLevel; index++) {
      gradient(current, level, gradient);
      double length = norm(gradient);
      if (!(length > 0)) {
        break;
      }
      double trialLevel = Double.NEGATIVE_INFINITY;
      while (step >= SMALLEST_ASCENT_STEP) {
        // A local linear model says how far the normal level is: do not overshoot it.
        double reach = Math.min(step, 1.5 * (normalLevel - level) / length + 1e-3);
        for (int i = 0; i < dimensions; i++) {
          trial[i] = current[i] + reach * gradient[i] / length;
        }
        trialLevel = logLikelihood(trial);
        if (trialLevel > level) {
          break;
        }
        step /= 2;
      }
      if (!(trialLevel > level)) {
        break;
      }
      System.arraycopy(trial, 0, current, 0, dimensions);
      level = trialLevel;
      step = Math.min(LARGEST_ASCENT_STEP, step * 1.5);
    }
    return current;
  }

  private double[] contributions(double[] from, double[] to) {
    double[] contributions = new double[dimensions];
    double[] at = new double[dimensions];
    double[] gradient = new double[dimensions];
    for (int node = 0; node < NODES.length; node++) {
      for (int i = 0; i < dimensions; i++) {
        at[i] = from[i] + NODES[node] * (to[i] - from[i]);
      }
      gradient(at, logLikelihood(at), gradient);
      for (int i = 0; i < dimensions; i++) {
        contributions[i] +=
            Double.isNaN(at[i]) ? 0 : NODE_WEIGHTS[node] * gradient[i] * (to[i] - from[i]);
      }
    }
    shareRemainder(contributions, logLikelihood(to) - logLikelihood(from));
    return contributions;
  }

  /** The quadrature leaves a small remainder: it goes to the fields in proportion to their size. */
  private static void shareRemainder(double[] contributions, double total) {
    double sum = 0;
    double magnitude = 0;
    for (double contribution : contributions) {
      sum += contribution;
      magnitude += Math.abs(contribution);
    }
    if (magnitude > 0) {
      double remainder = (total - sum) / magnitude;
      for (int i = 0; i < contributions.length; i++) {
        contributions[i] += remainder * Math.abs(contributions[i]);
      }
    }
  }

  /** Of the log-likelihood by the encoded values; 0 for a missing one. */
  private void gradient(double[] at, double level, double[] gradient) {
    for (int i = 0; i < dimensions; i++) {
      double kept = at[i];
      if (Double.isNaN(kept)) {
        gradient[i] = 0;
        continue;
      }
      double step = DIFFERENCE_STEP * Math.max(1, Math.abs(kept));
      // Towards the middle of the data: the log-density is never lost to overflow there.
      step = kept > 0 ? -step : step;
      at[i] = kept + step;
      double slope = (logLikelihood(at) - level) / step;
      gradient[i] = Double.isFinite(slope) ? slope : 0;
      at[i] = kept;
    }
  }

  /** Of the continuous values in the record's units, as a function of the encoded ones. */
  private double logLikelihood(double[] point) {
    encoder.decode(point, context, decoded);
    double logDeterminant = encoder.encode(decoded, context, reencoded);
    SolveStatus status = flow.score(point);
    return status == SolveStatus.COMPLETED
        ? flow.logDensity() + logDeterminant
        : Double.NEGATIVE_INFINITY;
  }

  private static double norm(double[] vector) {
    double squares = 0;
    for (double component : vector) {
      squares += component * component;
    }
    return Math.sqrt(squares);
  }
}
