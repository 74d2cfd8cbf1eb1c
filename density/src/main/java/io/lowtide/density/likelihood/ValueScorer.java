package io.lowtide.density.likelihood;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.PartialFlow;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.schemas.ContinuousFeature;

/**
 * Log-likelihood of the values of one record, in the record's own units: log p(record) = log
 * p(which values are missing) + log p(categories) + log p(constants) + log p(continuous values that
 * are there | categories, missing values, context features), the last one being the flow's
 * log-density of the encoded values plus the encoding's log-determinant. Belongs to one thread;
 * allocates nothing per score.
 */
public final class ValueScorer {

  private final FeatureEncoder encoder;
  private final DiscreteTerms discrete;
  private final PartialFlow flow;
  private final double[] context;
  private final double[] encoded;
  private final double[] missingOffsets;
  private double logLikelihood = Double.NaN;
  private double conformityScore = Double.NaN;

  /** A scorer for the calling thread. */
  public ValueScorer(FeatureEncoder encoder, Flow flow) {
    this.encoder = encoder;
    this.discrete = new DiscreteTerms(encoder);
    this.flow = flow.newPartialFlow();
    this.context = new double[encoder.contextDimensions()];
    this.encoded = new double[encoder.dimensions()];
    this.missingOffsets =
        encoder.features().stream().mapToDouble(ContinuousFeature::getMissingOffset).toArray();
  }

  /**
   * Scores one record; the result is in {@link #logLikelihood()}.
   *
   * @param values one for each of the encoder's inputs, NaN for one that is missing
   * @return {@link SolveStatus#COMPLETED}, or why there is no score
   */
  public SolveStatus score(double[] values) {
    encoder.encodeContext(values, context);
    return score(values, context);
  }

  /**
   * Scores one record whose context is encoded.
   *
   * @param values one for each of the encoder's inputs up to the context features
   * @param encodedContext k numbers
   * @return {@link SolveStatus#COMPLETED}, or why there is no score
   */
  public SolveStatus score(double[] values, double[] encodedContext) {
    logLikelihood = Double.NaN;
    conformityScore = Double.NaN;
    double logDeterminant = encoder.encode(values, encodedContext, encoded);
    if (Double.isNaN(logDeterminant)) {
      return SolveStatus.NOT_FINITE;
    }
    flow.setContext(encodedContext);
    SolveStatus status = flow.score(encoded);
    if (status != SolveStatus.COMPLETED) {
      return status;
    }
    double total = flow.logDensity() + logDeterminant + discrete.of(values);
    if (!Double.isFinite(total)) {
      return SolveStatus.NOT_FINITE;
    }
    logLikelihood = total;
    conformityScore = total;
    for (int i = 0; i < encoded.length; i++) {
      if (Double.isNaN(encoded[i])) {
        conformityScore += missingOffsets[i];
      }
    }
    return SolveStatus.COMPLETED;
  }

  /**
   * Scores one record for a ranking, in which a record without a score is lower than any.
   *
   * @param values as {@link #score(double[])} takes them
   * @return its {@link #conformityScore}, negative infinity if it has none
   */
  public double scoreOrLowest(double[] values) {
    return score(values) == SolveStatus.COMPLETED ? conformityScore : Double.NEGATIVE_INFINITY;
  }

  /** Log-likelihood found by the last score, in nats; NaN if there is none. */
  public double logLikelihood() {
    return logLikelihood;
  }

  /**
   * What records are ranked by: the log-likelihood, and for each missing value what a value would
   * have added on average, so that the unit of a field does not decide whether its absence is
   * unusual. In nats; NaN if there is none.
   */
  public double conformityScore() {
    return conformityScore;
  }

  /** Evaluations of the vector field in the last score. */
  public int evaluations() {
    return flow.evaluations();
  }

  /**
   * Largest error norm of a step on a checked grid in the last score, in units of the tolerances;
   * not a number where a step overflowed.
   */
  public double largestGridError() {
    return flow.largestGridError();
  }

  /**
   * The encoded values of the last score, not to be changed; NaN where a value is missing, and not
   * finite where it lies outside the domain of its transform.
   */
  public double[] encoded() {
    return encoded;
  }

  /** The encoded context of the last {@link #score(double[])}, not to be changed. */
  public double[] context() {
    return context;
  }
}
