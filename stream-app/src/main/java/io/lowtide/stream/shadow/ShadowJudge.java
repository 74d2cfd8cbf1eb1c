package io.lowtide.stream.shadow;

import io.lowtide.density.feature.KeyHistory;
import io.lowtide.density.scoring.RecordScorer;
import io.lowtide.density.scoring.ScoreOutcome;
import io.lowtide.schemas.ShadowScore;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.detection.TimeShare;
import io.lowtide.stream.detection.Verdict;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.avro.generic.IndexedRecord;

/**
 * Scores records in the shadow of the champion, and compares. Nothing else depends on what comes of
 * it: a shadow that fails, fits no record or takes too long costs what the thread may spend on it
 * and no more. Belongs to one task.
 */
public final class ShadowJudge {

  private final ShadowSlot slot;
  private final Supplier<TimeShare> time;
  private LiveComparison comparison;
  private RecordScorer scorer;
  private Tally tally = new Tally();

  /**
   * @param slot the model in the shadow
   * @param time gives what the thread at hand may spend on it
   */
  public ShadowJudge(ShadowSlot slot, Supplier<TimeShare> time) {
    this.slot = slot;
    this.time = time;
  }

  /**
   * Compares on one record, if there is a shadow, and time for it.
   *
   * @param champion the model in use
   * @param record record of any schema
   * @param past what the champion has judged it by
   * @param score what the champion has found
   * @return the shadow's score, if it has one
   */
  public Optional<ShadowScore> compare(
      ActiveModel champion, IndexedRecord record, KeyHistory past, Verdict.Scored score) {
    LiveComparison current = slot.with(champion);
    if (current != comparison) {
      end();
      comparison = current;
      scorer = null;
    }
    if (current == null || !current.isPossible()) {
      return Optional.empty();
    }
    Optional<ShadowScore> found =
        time.get().spend(() -> compare(current, record, past, score), this::skip);
    if (tally.isFull()) {
      end();
    }
    return found;
  }

  private Optional<ShadowScore> skip() {
    tally.skipped++;
    return Optional.empty();
  }

  private Optional<ShadowScore> compare(
      LiveComparison current, IndexedRecord record, KeyHistory past, Verdict.Scored score) {
    long start = System.nanoTime();
    try {
      if (scorer == null) {
        scorer = new RecordScorer(current.shadow().bundle());
      }
      if (scorer.score(record, past) instanceof ScoreOutcome.Scored byShadow) {
        boolean flagged = current.shadow().isAnomalous(byShadow);
        tally.compare(score.score(), !(score instanceof Verdict.Normal), byShadow, flagged);
        return Optional.of(
            new ShadowScore(
                current.shadow().bundle().version(),
                byShadow.logLikelihood(),
                byShadow.pValue(),
                flagged,
                byShadow.evaluations()));
      }
      tally.unscorable++;
    } catch (RuntimeException fault) {
      tally.failed++;
      current.failed(fault);
    } finally {
      tally.nanoseconds += System.nanoTime() - start;
    }
    return Optional.empty();
  }

  /** Adds what was found since the last time. */
  public void end() {
    if (comparison != null) {
      comparison.add(tally);
    }
    tally = new Tally();
  }
}
