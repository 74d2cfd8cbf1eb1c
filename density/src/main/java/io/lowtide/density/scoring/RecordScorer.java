package io.lowtide.density.scoring;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.explanation.Explainer;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.feature.RecordMisfitException;
import io.lowtide.density.feature.RecordReader;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.scoring.ScoreOutcome.Reason;
import io.lowtide.density.scoring.ScoreOutcome.Scored;
import io.lowtide.density.scoring.ScoreOutcome.Unscorable;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FieldContribution;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.generic.IndexedRecord;

/**
 * Scores Avro records under one model: reads the fields, encodes them, integrates the flow, ranks
 * the result. Belongs to one thread. Apart from the outcome it returns, scoring allocates nothing.
 */
public final class RecordScorer {

  private final FeatureEncoder encoder;
  private final ConformalCalibration calibration;
  private final RecordReader reader;
  private final ValueScorer scorer;
  private final Explainer explainer;
  private final double[] values;

  /** A scorer for the calling thread. */
  public RecordScorer(ModelBundle bundle) {
    this.encoder = bundle.encoder();
    this.calibration = bundle.calibration();
    this.scorer = new ValueScorer(encoder, bundle.flow());
    this.explainer = new Explainer(bundle);
    List<String> names = encoder.names();
    this.reader = new RecordReader(names);
    this.values = new double[names.size()];
  }

  /** Scores one record. */
  public ScoreOutcome score(IndexedRecord record) {
    try {
      reader.read(record, values);
    } catch (RecordMisfitException e) {
      return new Unscorable(Reason.valueOf(e.reason().name()), e.getMessage());
    }
    SolveStatus status = scorer.score(values);
    if (status != SolveStatus.COMPLETED) {
      return unscorable(status);
    }
    double logLikelihood = scorer.logLikelihood();
    return new Scored(
        logLikelihood,
        calibration.pValue(logLikelihood),
        calibration.severity(logLikelihood),
        scorer.evaluations());
  }

  private Unscorable unscorable(SolveStatus status) {
    double[] encoded = scorer.encoded();
    for (int i = 0; i < encoded.length; i++) {
      if (!Double.isFinite(encoded[i])) {
        ContinuousFeature feature = encoder.features().get(i);
        return new Unscorable(
            Reason.OUTSIDE_DOMAIN,
            "field \""
                + feature.getName()
                + "\": "
                + values[i]
                + ", outside the domain of its "
                + feature.getTransform()
                + " transform");
      }
    }
    return status == SolveStatus.NOT_FINITE
        ? new Unscorable(
            Reason.OVERFLOW, "encoded values " + Arrays.toString(encoded) + " overflow the flow")
        : new Unscorable(
            Reason.STEP_BUDGET,
            "encoded values "
                + Arrays.toString(encoded)
                + ": "
                + status
                + " after "
                + scorer.evaluations()
                + " evaluations of the vector field");
  }

  /**
   * Says how each field contributes to a low score, strongest first; takes some hundreds of scores.
   *
   * @param record a record that {@link #score} gave a score to
   * @throws IllegalArgumentException if the record has no score
   */
  public List<FieldContribution> explain(IndexedRecord record) {
    try {
      reader.read(record, values);
    } catch (RecordMisfitException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    return explainer.explain(values);
  }
}
