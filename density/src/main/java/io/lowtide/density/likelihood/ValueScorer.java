package io.lowtide.density.likelihood;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowIntegrator;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.schemas.ConstantFeature;

/**
 * Log-likelihood of the values of one record, in the record's own units: the flow's log-density of
 * the encoded values, plus the encoding's log-determinant, plus the log-probability of the columns
 * that were constant in training. Belongs to one thread; allocates nothing per score.
 */
public final class ValueScorer {

  private final FeatureEncoder encoder;
  private final FlowIntegrator integrator;
  private final double[] constants;
  private final double[] logChanged;
  private final double[] logUnchanged;
  private final double[] encoded;
  private double logLikelihood = Double.NaN;

  /** A scorer for the calling thread. */
  public ValueScorer(FeatureEncoder encoder, Flow flow) {
    this.encoder = encoder;
    this.integrator = flow.newIntegrator();
    this.encoded = new double[encoder.dimensions()];
    int count = encoder.constants().size();
    this.constants = new double[count];
    this.logChanged = new double[count];
    this.logUnchanged = new double[count];
    for (int i = 0; i < count; i++) {
      ConstantFeature constant = encoder.constants().get(i);
      constants[i] = constant.getValue();
      logChanged[i] = Math.log(constant.getChangeProbability());
      logUnchanged[i] = Math.log1p(-constant.getChangeProbability());
    }
  }

  /**
   * Scores one record; the result is in {@link #logLikelihood()}.
   *
   * @param values the continuous features, then the constant ones, in the specification's order;
   *     finite
   * @return {@link SolveStatus#COMPLETED}, or why there is no score
   */
  public SolveStatus score(double[] values) {
    logLikelihood = Double.NaN;
    double logDeterminant = encoder.encode(values, encoded);
    SolveStatus status = integrator.score(encoded);
    if (status != SolveStatus.COMPLETED) {
      return status;
    }
    double total = integrator.logDensity() + logDeterminant;
    for (int i = 0; i < constants.length; i++) {
      boolean changed = values[encoded.length + i] != constants[i];
      total += changed ? logChanged[i] : logUnchanged[i];
    }
    if (!Double.isFinite(total)) {
      return SolveStatus.NOT_FINITE;
    }
    logLikelihood = total;
    return SolveStatus.COMPLETED;
  }

  /**
   * Scores one record for a ranking, in which a record without a score is lower than any.
   *
   * @param values as {@link #score} takes them
   * @return its log-likelihood in nats, negative infinity if it has none
   */
  public double scoreOrLowest(double[] values) {
    return score(values) == SolveStatus.COMPLETED ? logLikelihood : Double.NEGATIVE_INFINITY;
  }

  /** Log-likelihood found by the last score, in nats; NaN if there is none. */
  public double logLikelihood() {
    return logLikelihood;
  }

  /** Evaluations of the vector field in the last score. */
  public int evaluations() {
    return integrator.evaluations();
  }

  /**
   * Largest error norm of a step on a checked grid in the last score, in units of the tolerances;
   * not a number where a step overflowed.
   */
  public double largestGridError() {
    return integrator.largestGridError();
  }

  /**
   * The encoded values of the last score, not to be changed; an entry is not finite where a value
   * lies outside the domain of its transform.
   */
  public double[] encoded() {
    return encoded;
  }
}
