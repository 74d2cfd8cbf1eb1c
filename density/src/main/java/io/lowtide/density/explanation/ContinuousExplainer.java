package io.lowtide.density.explanation;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowDerivatives;
import io.lowtide.density.flow.StackedDensity;
import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.SolverSettings;

/**
 * Explains the continuous values of records in which the same ones are there. Belongs to one
 * thread.
 */
final class ContinuousExplainer {

  /**
   * Evaluations of a solve while searching, and where the density is taken for a Gaussian: more
   * change neither what is found nor how ranges cover.
   */
  private static final int EVALUATIONS_OF_SEARCH = 6;

  /** Four-point Gauss-Legendre rule on [0, 1]. */
  private static final double[] NODES = {
    0.069431844202974, 0.330009478207572, 0.669990521792428, 0.930568155797026
  };

  private static final double[] NODE_WEIGHTS = {
    0.173927422568727, 0.326072577431273, 0.326072577431273, 0.173927422568727
  };

  /** Parts of the way that the rule is applied to where kernels are on it, which are narrow. */
  private static final int PARTS_AMONG_KERNELS = 4;

  private final FeatureEncoder encoder;
  private final int[] features;
  private final int parts;
  private final FlowDerivatives glance;
  private final FlowDerivatives search;
  private final FlowDerivatives path;
  private final LocalGaussian gaussian;
  private final NearestNormal atAGlance;
  private final NearestNormal roughly;
  private final NearestNormal precisely;
  private final double[] point;
  private final double[] normal;
  private final double[] lowest;
  private final double[] highest;
  private final double[] at;
  private final double[] gradient;
  private double[] context;

  /**
   * @param flow of the features that are there
   * @param features their indices, ascending, at least one
   */
  ContinuousExplainer(FeatureEncoder encoder, Flow flow, int[] features) {
    this.encoder = encoder;
    this.features = features.clone();
    this.parts = flow.base() instanceof StackedDensity ? PARTS_AMONG_KERNELS : 1;
    this.search =
        flow.withSolver(SolverSettings.adamsGrid(EVALUATIONS_OF_SEARCH - 1)).newDerivatives();
    this.path = flow.newDerivatives();
    this.gaussian = new LocalGaussian(features.length);
    this.roughly = new NearestNormal(search, gaussian);
    this.glance = flow.withSolver(gridOfGlance(flow)).newDerivatives();
    this.atAGlance = new NearestNormal(glance, gaussian);
    this.precisely = new NearestNormal(path, gaussian);
    this.point = new double[features.length];
    this.normal = new double[features.length];
    this.lowest = new double[features.length];
    this.highest = new double[features.length];
    this.at = new double[features.length];
    this.gradient = new double[features.length];
  }

  /**
   * For one look, which takes the density for a Gaussian from afar in any case: one evaluation
   * where the flow only bends a mixture, two where it makes the density of a standard normal.
   */
  private static SolverSettings gridOfGlance(Flow flow) {
    return flow.startsFromMixture()
        ? SolverSettings.fixedGrid(ButcherTableau.EULER, 1)
        : SolverSettings.adamsGrid(1);
  }

  /** The features that are there. */
  int[] features() {
    return features;
  }

  /**
   * Sets the context of what follows.
   *
   * @param encodedContext k numbers; kept, and not to be changed before the next call
   */
  void setContext(double[] encodedContext) {
    context = encodedContext;
    if (encoder.contextDimensions() > 0) {
      glance.setContext(encodedContext);
      search.setContext(encodedContext);
      path.setContext(encodedContext);
    }
  }

  /**
   * Finds the nearest normal point of values that are not normal, on a coarse grid.
   *
   * @param encoded values of all features
   * @param lowestValues of all features in a normal record, encoded
   * @param highestValues likewise
   * @param normalLevel log-density from which on a point is normal, in the units of the record
   * @param normalValues of all features: receives those that are there, encoded
   */
  void findNormal(
      double[] encoded,
      double[] lowestValues,
      double[] highestValues,
      double normalLevel,
      double[] normalValues) {
    find(roughly, encoded, lowestValues, highestValues, normalLevel, normalValues);
  }

  /** The same on the grid of the model, for the few points that a coarse one is wrong about. */
  void findNormalPrecisely(
      double[] encoded,
      double[] lowestValues,
      double[] highestValues,
      double normalLevel,
      double[] normalValues) {
    find(precisely, encoded, lowestValues, highestValues, normalLevel, normalValues);
  }

  private void find(
      NearestNormal nearest,
      double[] encoded,
      double[] lowestValues,
      double[] highestValues,
      double normalLevel,
      double[] normalValues) {
    gather(encoded, point);
    gather(lowestValues, lowest);
    gather(highestValues, highest);
    nearest.find(point, lowest, highest, normalLevel, this::logSlope, at);
    scatter(at, normalValues);
  }

  private void scatter(double[] ofThose, double[] ofAll) {
    for (int i = 0; i < features.length; i++) {
      ofAll[features[i]] = ofThose[i];
    }
  }

  private void gather(double[] ofAll, double[] ofThose) {
    for (int i = 0; i < features.length; i++) {
      ofThose[i] = ofAll[features[i]];
    }
  }

  private double logSlope(double[] values) {
    double sum = 0;
    for (int i = 0; i < features.length; i++) {
      sum += encoder.logSlope(features[i], values[i], context);
    }
    return sum;
  }

  /**
   * Shares a difference in log-likelihood out among the features, by integrated gradients along the
   * straight line from a normal point (Sundararajan, Taly, Yan 2017, arXiv 1703.01365, equation 1;
   * Aumann and Shapley 1974 for a game of infinitely many players): what the change of units is
   * worth is of each feature by itself, and known exactly.
   *
   * @param encoded values of all features in the record
   * @param normalValues likewise in the normal point
   * @param difference between the two, in the units of the record
   * @param contributions of all features: receives those that are there, whose sum is the
   *     difference
   */
  void contributions(
      double[] encoded, double[] normalValues, double difference, double[] contributions) {
    gather(encoded, point);
    gather(normalValues, normal);
    double ofFlow = difference;
    double moved = 0;
    double magnitude = 0;
    int several = 0;
    for (int i = 0; i < features.length; i++) {
      contributions[features[i]] = 0;
      ofFlow -= slopeDifference(i);
      several += point[i] == normal[i] ? 0 : 1;
    }
    if (several > 1) {
      integrate(contributions);
    }
    for (int i = 0; i < features.length; i++) {
      double share = contributions[features[i]];
      if (several < 2 || !Double.isFinite(share)) {
        contributions[features[i]] = 0;
      }
      moved += contributions[features[i]];
      magnitude += Math.abs(contributions[features[i]]);
    }
    shareOut(ofFlow - moved, magnitude, contributions);
    for (int i = 0; i < features.length; i++) {
      contributions[features[i]] += slopeDifference(i);
    }
  }

  private double slopeDifference(int i) {
    return point[i] == normal[i]
        ? 0
        : encoder.logSlope(features[i], point[i], context)
            - encoder.logSlope(features[i], normal[i], context);
  }

  private void integrate(double[] contributions) {
    for (int part = 0; part < parts; part++) {
      for (int node = 0; node < NODES.length; node++) {
        double share = (part + NODES[node]) / parts;
        for (int i = 0; i < at.length; i++) {
          at[i] = normal[i] + share * (point[i] - normal[i]);
        }
        path.follow(at);
        path.gradient(gradient);
        for (int i = 0; i < at.length; i++) {
          contributions[features[i]] +=
              NODE_WEIGHTS[node] / parts * gradient[i] * (point[i] - normal[i]);
        }
      }
    }
  }

  /**
   * What the quadrature leaves goes to the features that moved, by the size of what they have
   * already; where that is nothing, by how far they moved.
   */
  private void shareOut(double remainder, double magnitude, double[] contributions) {
    boolean bySize = magnitude > 0 && magnitude < Double.POSITIVE_INFINITY;
    double distance = 0;
    for (int i = 0; i < at.length; i++) {
      distance += Math.abs(point[i] - normal[i]);
    }
    for (int i = 0; i < at.length; i++) {
      double share =
          bySize
              ? Math.abs(contributions[features[i]]) / magnitude
              : distance > 0 ? Math.abs(point[i] - normal[i]) / distance : 1.0 / at.length;
      contributions[features[i]] += remainder * share;
    }
  }

  /**
   * Where each feature is expected, given the others, around a point.
   *
   * @param encoded values of all features
   * @param centres of all features: receives those that are there, encoded
   * @param deviations likewise, standard deviations
   */
  void expect(double[] encoded, double[] centres, double[] deviations) {
    gather(encoded, at);
    search.follow(at);
    gaussian.linearise(search);
    for (int i = 0; i < features.length; i++) {
      centres[features[i]] = at[i] + gaussian.expected(i);
      deviations[features[i]] = gaussian.deviation(i);
    }
  }

  /**
   * How much each feature has to do with it, by one look: the first step of the search for the
   * nearest normal point, in the Gaussian that the density looks like, and of what that step gains
   * the share of each feature that it moves, as {@link #contributions} would give it there.
   *
   * @param encoded values of all features
   * @param lowestValues of all features in a normal record, encoded
   * @param highestValues likewise
   * @param shares of all features: receives those that are there, together 1; 0 for one that stays
   */
  void glance(double[] encoded, double[] lowestValues, double[] highestValues, double[] shares) {
    gather(encoded, point);
    gather(lowestValues, lowest);
    gather(highestValues, highest);
    double gained = atAGlance.glance(point, lowest, highest, at);
    boolean usable = gained > 0 && gained < Double.POSITIVE_INFINITY;
    for (int i = 0; i < features.length; i++) {
      shares[features[i]] = usable ? at[i] / gained : 1.0 / features.length;
    }
  }
}
