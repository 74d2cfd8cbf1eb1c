package io.lowtide.density.scoring;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.Ranking;
import io.lowtide.density.explanation.ContextDescription;
import io.lowtide.density.explanation.Explainer;
import io.lowtide.density.explanation.Explanation;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.KeyHistory;
import io.lowtide.density.feature.LaggedFields;
import io.lowtide.density.feature.RecordMisfitException;
import io.lowtide.density.feature.RecordReader;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.scoring.ScoreOutcome.Reason;
import io.lowtide.density.scoring.ScoreOutcome.Scored;
import io.lowtide.density.scoring.ScoreOutcome.Unscorable;
import io.lowtide.schemas.ContextValue;
import io.lowtide.schemas.ContinuousFeature;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.IndexedRecord;

/**
 * Scores Avro records under one model: reads the fields, encodes them, integrates the flow, ranks
 * the result. Belongs to one thread. Apart from the outcome it returns, scoring allocates nothing
 * for records of numbers.
 */
public final class RecordScorer {

  /** What is told of a category: an alert must not outgrow the record that it is about. */
  private static final int LONGEST_TEXT = 200;

  private final FeatureEncoder encoder;
  private final Ranking ranking;
  private final RecordReader reader;
  private final LaggedFields laggedFields;
  private final RecordReader laggedReader;
  private final ValueScorer scorer;
  private final Explainer explainer;
  private final double[] values;
  private final double[] latest;
  private IndexedRecord scored;

  /** A scorer for the calling thread, which ranks by the calibration of the model. */
  public RecordScorer(ModelBundle bundle) {
    this(bundle, bundle.calibration());
  }

  /**
   * A scorer for the calling thread.
   *
   * @param ranking what scores are ranked by
   */
  public RecordScorer(ModelBundle bundle, Ranking ranking) {
    this.encoder = bundle.encoder();
    this.ranking = ranking;
    this.scorer = new ValueScorer(encoder, bundle.flow());
    this.explainer = new Explainer(bundle);
    this.reader = new RecordReader(encoder.inputs(), encoder.texts());
    this.laggedFields = encoder.laggedFields();
    this.laggedReader = new RecordReader(laggedInputs(), encoder.texts());
    this.values = new double[encoder.layout().size()];
    this.latest = new double[laggedFields.names().size()];
  }

  /** Read as the fields themselves are, so that what has a score has a history, too. */
  private List<FeatureInput> laggedInputs() {
    return laggedFields.names().stream()
        .map(
            name ->
                encoder.inputs().contains(FeatureInput.truth(name, false))
                        || encoder.inputs().contains(FeatureInput.truth(name, true))
                    ? FeatureInput.truth(name, true)
                    : FeatureInput.number(name, true))
        .toList();
  }

  /** Whether scores depend on the records before under the same key. */
  public boolean usesHistory() {
    return !laggedFields.isEmpty();
  }

  /** Scores a record that is the first of its key. */
  public ScoreOutcome score(IndexedRecord record) {
    return score(record, KeyHistory.EMPTY);
  }

  /**
   * Scores one record.
   *
   * @param record record of any schema
   * @param past what is remembered of the records before it under the same key
   */
  public ScoreOutcome score(IndexedRecord record, KeyHistory past) {
    scored = null;
    try {
      reader.read(record, values);
      laggedReader.read(record, latest);
    } catch (RecordMisfitException e) {
      return new Unscorable(Reason.valueOf(e.reason().name()), e.getMessage());
    }
    laggedFields.fill(past, values);
    SolveStatus status = scorer.score(values);
    if (status != SolveStatus.COMPLETED) {
      return unscorable(status);
    }
    scored = record;
    double conformityScore = scorer.conformityScore();
    return new Scored(
        scorer.logLikelihood(),
        conformityScore,
        ranking.pValue(conformityScore),
        ranking.severity(conformityScore),
        scorer.evaluations());
  }

  private Unscorable unscorable(SolveStatus status) {
    double[] encoded = scorer.encoded();
    for (int i = 0; i < encoded.length; i++) {
      if (!Double.isFinite(encoded[i]) && !Double.isNaN(values[i])) {
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
    String where = farthest(encoded) + "encoded values " + Arrays.toString(encoded);
    return status == SolveStatus.NOT_FINITE
        ? new Unscorable(Reason.OVERFLOW, where + " overflow the flow")
        : new Unscorable(
            Reason.STEP_BUDGET,
            where
                + ": "
                + status
                + " after "
                + scorer.evaluations()
                + " evaluations of the vector field");
  }

  /** The field that is farthest from those of training, which has most likely led there. */
  private String farthest(double[] encoded) {
    int farthest = -1;
    for (int i = 0; i < encoded.length; i++) {
      if (!Double.isNaN(values[i])
          && (farthest < 0 || Math.abs(encoded[i]) > Math.abs(encoded[farthest]))) {
        farthest = i;
      }
    }
    return farthest < 0
        ? ""
        : "field \""
            + encoder.features().get(farthest).getName()
            + "\": "
            + values[farthest]
            + " is farthest from normal; ";
  }

  /**
   * What is to be remembered after the record that was scored last.
   *
   * @param past what was remembered before it
   */
  public KeyHistory historyAfter(KeyHistory past) {
    return laggedFields.after(past, latest);
  }

  /**
   * Says why the record that was scored last is improbable; takes some ten to forty scores.
   *
   * @throws IllegalStateException if that record has no score
   */
  public Explanation explain() {
    requireScored();
    return explainer.explain(values, scorer.logLikelihood(), this::categoryText);
  }

  /**
   * The same in brief, from the first step of the search: takes one to four scores.
   *
   * @throws IllegalStateException if that record has no score
   */
  public Explanation explainBriefly() {
    requireScored();
    return explainer.explainBriefly(values, scorer.logLikelihood(), this::categoryText);
  }

  private Optional<String> categoryText(int category) {
    return text(encoder.layout().indexOfCategory(category));
  }

  /**
   * Says what the record that was scored last was judged under.
   *
   * @throws IllegalStateException if that record has no score
   */
  public List<ContextValue> context() {
    requireScored();
    return ContextDescription.of(encoder, values, this::text);
  }

  private Optional<String> text(int input) {
    return reader
        .text(input, scored)
        .map(
            text -> text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...");
  }

  private void requireScored() {
    if (scored == null) {
      throw new IllegalStateException("the last record has no score, expected one");
    }
  }
}
