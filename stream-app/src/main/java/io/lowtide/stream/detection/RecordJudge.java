package io.lowtide.stream.detection;

import io.lowtide.density.calibration.Ranking;
import io.lowtide.density.explanation.Explanation;
import io.lowtide.density.feature.KeyHistory;
import io.lowtide.density.scoring.RecordScorer;
import io.lowtide.density.scoring.ScoreOutcome;
import io.lowtide.density.suppression.SuppressionState;
import io.lowtide.density.suppression.SuppressionState.Published;
import io.lowtide.density.suppression.SuppressionWindow;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.RecordPosition;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.avro.generic.IndexedRecord;

/**
 * Decides what there is to say about each record, and changes nothing: what is to be sent and
 * remembered is in the verdict. What is known of a key is looked up only where the verdict depends
 * on it: its records under a model with lags, its alerts at an anomaly. Knows nothing of Kafka.
 * Belongs to one thread.
 */
public final class RecordJudge {

  private final KeyMemory<RememberedRecords> records;
  private final HistoryRetention retention;
  private final KeyMemory<SuppressionState> alerts;
  private final SuppressionWindow window;
  private final Rankings rankings;
  private final ScoreObserver observer;
  private final Supplier<ExplanationBudget> explanations;
  private ActiveModel model;
  private Ranking ranking;
  private RecordScorer scorer;
  private KeyHistory past = KeyHistory.EMPTY;

  /**
   * @param records what is remembered of the records of each key
   * @param retention how long that counts
   * @param alerts what is remembered of the alerts of each key
   * @param window which alerts repeat them
   * @param rankings what scores are ranked by
   * @param observer is told what each score cost
   * @param explanations gives the budget of the thread at hand
   */
  public RecordJudge(
      KeyMemory<RememberedRecords> records,
      HistoryRetention retention,
      KeyMemory<SuppressionState> alerts,
      SuppressionWindow window,
      Rankings rankings,
      ScoreObserver observer,
      Supplier<ExplanationBudget> explanations) {
    this.records = records;
    this.retention = retention;
    this.alerts = alerts;
    this.window = window;
    this.rankings = rankings;
    this.observer = observer;
    this.explanations = explanations;
  }

  /** Judges the records that follow under this model. There must be one before the first record. */
  public void use(ActiveModel current) {
    if (current != model) {
      ranking = rankings.under(current);
      scorer = new RecordScorer(current.bundle(), ranking);
      model = current;
    }
  }

  /** The model in use. */
  public ActiveModel model() {
    return model;
  }

  /** What ranks the scores under it. */
  public Ranking ranking() {
    return ranking;
  }

  /** What the record that was judged last was judged by of those before it under its key. */
  public KeyHistory past() {
    return past;
  }

  /**
   * Judges one record. The position comes in parts, so that a normal record does not cost an object
   * for it.
   *
   * @param record record of any schema
   * @param key its key, or null
   * @param eventTime its timestamp, in milliseconds since 1970
   * @param topic where it came from
   * @param partition of that topic
   * @param offset in that partition
   */
  public Verdict judge(
      IndexedRecord record, byte[] key, long eventTime, String topic, int partition, long offset) {
    Optional<RememberedRecords> before = scorer.usesHistory() ? records.of(key) : Optional.empty();
    past = retention.at(eventTime, before);
    ScoreOutcome outcome = score(record, past);
    if (outcome instanceof ScoreOutcome.Unscorable unscorable) {
      return new Verdict.Unscorable(unscorable.reason(), unscorable.message());
    }
    ScoreOutcome.Scored score = (ScoreOutcome.Scored) outcome;
    Optional<RememberedRecords> after =
        scorer.usesHistory()
            ? Optional.of(RememberedRecords.after(before, eventTime, scorer.historyAfter(past)))
            : Optional.empty();
    return model.isAnomalous(score)
        ? anomaly(score, after, key, eventTime, new RecordPosition(topic, partition, offset))
        : new Verdict.Normal(score, after);
  }

  private ScoreOutcome score(IndexedRecord record, KeyHistory past) {
    long start = System.nanoTime();
    ScoreOutcome outcome = scorer.score(record, past);
    if (outcome instanceof ScoreOutcome.Scored scored) {
      observer.scoreTook(System.nanoTime() - start, scored.evaluations());
    }
    return outcome;
  }

  private Verdict anomaly(
      ScoreOutcome.Scored score,
      Optional<RememberedRecords> history,
      byte[] key,
      long eventTime,
      RecordPosition source) {
    if (!window.appliesTo(key)) {
      return new Verdict.Alerted(
          score, history, alert(score, key, eventTime, source, 0), Optional.empty());
    }
    Published published = new Published(eventTime, ranking.rarity(score.severity()).level());
    Optional<SuppressionState> known = alerts.of(key);
    if (known.isPresent() && window.isRepeat(known.get(), published)) {
      return new Verdict.Withheld(score, history, known.get().withheld());
    }
    long suppressed = known.isPresent() ? known.get().suppressed() : 0;
    return new Verdict.Alerted(
        score,
        history,
        alert(score, key, eventTime, source, suppressed),
        Optional.of(SuppressionState.published(known, published)));
  }

  /**
   * The alert about the record that was judged last, which is an anomaly: for one that is withheld,
   * and is worth an explanation all the same.
   */
  public AnomalyAlert alertOfLast(
      ScoreOutcome.Scored score, byte[] key, long eventTime, RecordPosition source) {
    return alert(score, key, eventTime, source, 0);
  }

  private AnomalyAlert alert(
      ScoreOutcome.Scored score,
      byte[] key,
      long eventTime,
      RecordPosition source,
      long suppressed) {
    Explanation explanation = explanations.get().explain(scorer::explain, scorer::explainBriefly);
    return AlertFactory.alert(
        source, key, eventTime, model, ranking, score, explanation, scorer.context(), suppressed);
  }
}
