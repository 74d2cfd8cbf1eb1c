package io.lowtide.density.explanation;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowIntegrator;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FieldContribution;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Explains a low score by the way from the nearest normal record to this one.
 *
 * <p>The nearest normal record is found by ascending the log-density from the record (first brought
 * into the range seen in training) until it is as probable as an ordinary normal record. The
 * difference in log-density is then shared among the fields by integrated gradients along the
 * straight line between the two (Sundararajan, Taly, Yan 2017, arXiv 1703.01365, equation 1), which
 * makes the contributions add up to that difference. Gradients are forward differences of the
 * log-density. Belongs to one thread; takes some hundreds of scores.
 */
public final class Explainer {

  /** A record counts as normal once this fraction of normal records is less probable. */
  private static final double NORMAL_QUANTILE = 0.25;

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
  private final FlowIntegrator integrator;
  private final double normalLogLikelihood;
  private final int dimensions;
  private final double[] decoded;
  private final double[] reencoded;
  private final double[] lowest;
  private final double[] highest;

  /** An explainer for the calling thread. */
  public Explainer(ModelBundle bundle) {
    this.encoder = bundle.encoder();
    this.integrator = coarse(bundle.flow()).newIntegrator();
    this.dimensions = encoder.dimensions();
    this.decoded = new double[dimensions];
    this.reencoded = new double[dimensions];
    double unchanged = 0;
    for (ConstantFeature constant : encoder.constants()) {
      unchanged += Math.log1p(-constant.getChangeProbability());
    }
    this.normalLogLikelihood = bundle.calibration().quantile(NORMAL_QUANTILE) - unchanged;
    this.lowest = encodedBounds(ContinuousFeature::getMinimum);
    this.highest = encodedBounds(ContinuousFeature::getMaximum);
  }

  private static Flow coarse(Flow flow) {
    SolverSettings solver = flow.solver();
    return solver.mayAdapt()
        ? new Flow(
            flow.field(),
            new SolverSettings(
                solver.method(),
                Math.max(LEAST_TOLERANCE, solver.relativeTolerance()),
                Math.max(LEAST_TOLERANCE, solver.absoluteTolerance()),
                solver.maximumEvaluations(),
                0,
                0))
        : flow;
  }

  private double[] encodedBounds(ToDoubleFunction<ContinuousFeature> boundOfFeature) {
    double[] values = encoder.features().stream().mapToDouble(boundOfFeature).toArray();
    double[] bounds = new double[dimensions];
    encoder.encode(values, bounds);
    return bounds;
  }

  /**
   * Explains the score of one record.
   *
   * @param values the continuous features, then the constant ones, in the specification's order; a
   *     record that has a score
   * @return one contribution per continuous feature, and one per constant that changed, the most
   *     negative first
   */
  public List<FieldContribution> explain(double[] values) {
    double[] point = new double[dimensions];
    encoder.encode(values, point);
    double[] normal = nearestNormal(point);
    double[] contributions = contributions(normal, point);
    double[] normalValues = new double[dimensions];
    encoder.decode(normal, normalValues);
    List<FieldContribution> explanation = new ArrayList<>();
    for (int i = 0; i < dimensions; i++) {
      explanation.add(
          new FieldContribution(
              encoder.features().get(i).getName(), values[i], normalValues[i], contributions[i]));
    }
    for (int i = 0; i < encoder.constants().size(); i++) {
      ConstantFeature constant = encoder.constants().get(i);
      double value = values[dimensions + i];
      if (value != constant.getValue()) {
        double change =
            Math.log(constant.getChangeProbability())
                - Math.log1p(-constant.getChangeProbability());
        explanation.add(
            new FieldContribution(constant.getName(), value, constant.getValue(), change));
      }
    }
    explanation.sort(Comparator.comparingDouble(FieldContribution::getContribution));
    return explanation;
  }

  /** Gradient ascent with a step length that grows on success and halves on failure. */
  private double[] nearestNormal(double[] point) {
    double[] current = new double[dimensions];
    for (int i = 0; i < dimensions; i++) {
      current[i] = Math.min(highest[i], Math.max(lowest[i], point[i]));
    }
    double level = logLikelihood(current);
    double step = 0.5;
    double[] gradient = new double[dimensions];
    double[] trial = new double[dimensions];
    for (int index = 0; index < MAXIMUM_ASCENT_STEPS && level < normalLogLikelihood; index++) {
      gradient(current, level, gradient);
      double length = norm(gradient);
      if (!(length > 0)) {
        break;
      }
      double trialLevel = Double.NEGATIVE_INFINITY;
      while (step >= SMALLEST_ASCENT_STEP) {
        // A local linear model says how far the normal level is: do not overshoot it.
        double reach = Math.min(step, 1.5 * (normalLogLikelihood - level) / length + 1e-3);
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
        contributions[i] += NODE_WEIGHTS[node] * gradient[i] * (to[i] - from[i]);
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

  private void gradient(double[] at, double level, double[] gradient) {
    for (int i = 0; i < dimensions; i++) {
      double kept = at[i];
      double step = DIFFERENCE_STEP * Math.max(1, Math.abs(kept));
      // Towards the middle of the data: the log-density is never lost to overflow there.
      step = kept > 0 ? -step : step;
      at[i] = kept + step;
      double slope = (logLikelihood(at) - level) / step;
      gradient[i] = Double.isFinite(slope) ? slope : 0;
      at[i] = kept;
    }
  }

  /** Log-likelihood in the record's units, as a function of the encoded values. */
  private double logLikelihood(double[] point) {
    encoder.decode(point, decoded);
    double logDeterminant = encoder.encode(decoded, reencoded);
    SolveStatus status = integrator.score(point);
    return status == SolveStatus.COMPLETED
        ? integrator.logDensity() + logDeterminant
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
