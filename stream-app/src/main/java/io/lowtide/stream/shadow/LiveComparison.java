package io.lowtide.stream.shadow;

import io.lowtide.stream.detection.ActiveModel;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The champion beside its shadow, on the records that this process has scored with both. Tasks add
 * to it once in {@value Tally#RECORDS} records, under a lock.
 */
public final class LiveComparison {

  private static final Logger LOG = LoggerFactory.getLogger(LiveComparison.class);

  /** The first line in the log comes after so many records, and then at each doubling. */
  private static final long FIRST_TOLD = 1_000;

  private final ActiveModel champion;
  private final ActiveModel shadow;
  private final boolean hasGain;
  private final boolean isPossible;
  private final Tally all = new Tally();
  private long blocks;
  private double blockGains;
  private double blockSquares;
  private long nextTold = FIRST_TOLD;
  private boolean failureTold;

  /**
   * What was found so far. Shares and means are not numbers before there is anything to tell.
   *
   * @param compared records that both have scored
   * @param unscorable records that the champion has scored and the shadow cannot
   * @param skipped records for which the shadow had no time
   * @param failed records on which the shadow failed
   * @param gain mean of the shadow's log-likelihood less the champion's, in nats and units of the
   *     records, over those that neither flags; not a number where they score different fields
   * @param gainError standard error of the gain: of means of {@value Tally#RECORDS} records in a
   *     row, since neighbours are alike, and not less than that of independent records
   * @param flaggedByChampion share of the compared records that the champion flags at its budget
   * @param flaggedByShadow the same of the shadow
   * @param flaggedByBoth the same of those that both flag
   * @param championEvaluations mean number of evaluations of the vector field per score
   * @param shadowEvaluations the same of the shadow
   * @param seconds that the shadow has taken
   */
  public record Findings(
      long compared,
      long unscorable,
      long skipped,
      long failed,
      double gain,
      double gainError,
      double flaggedByChampion,
      double flaggedByShadow,
      double flaggedByBoth,
      double championEvaluations,
      double shadowEvaluations,
      double seconds) {

    /** Share of the records that either flags which both do; not a number where none is. */
    public double agreement() {
      return flaggedByBoth / (flaggedByChampion + flaggedByShadow - flaggedByBoth);
    }
  }

  LiveComparison(ActiveModel champion, ActiveModel shadow) {
    this.champion = champion;
    this.shadow = shadow;
    this.hasGain = champion.bundle().scoresTheSame(shadow.bundle());
    this.isPossible =
        champion.bundle().encoder().laggedFields().cover(shadow.bundle().encoder().laggedFields());
    if (!isPossible) {
      LOG.warn(
          "Detector {}: shadow {} is not compared: it judges by past values of {}, of which fewer"
              + " are kept for {}",
          shadow.bundle().detector(),
          shadow.bundle().version(),
          shadow.bundle().encoder().laggedFields().names(),
          champion.bundle().version());
    }
  }

  /** Whether the past values that the shadow judges by are kept, which the champion decides. */
  boolean isPossible() {
    return isPossible;
  }

  boolean isOf(ActiveModel one, ActiveModel other) {
    return champion == one && shadow == other;
  }

  /** The model that is compared with the champion. */
  public ActiveModel shadow() {
    return shadow;
  }

  /** Adds what a task has found on some records in a row. */
  synchronized void add(Tally tally) {
    all.compared += tally.compared;
    all.unscorable += tally.unscorable;
    all.skipped += tally.skipped;
    all.failed += tally.failed;
    all.flaggedByChampion += tally.flaggedByChampion;
    all.flaggedByShadow += tally.flaggedByShadow;
    all.flaggedByBoth += tally.flaggedByBoth;
    all.championEvaluations += tally.championEvaluations;
    all.shadowEvaluations += tally.shadowEvaluations;
    all.nanoseconds += tally.nanoseconds;
    all.gains += tally.gains;
    all.gain += tally.gain;
    all.gainSquares += tally.gainSquares;
    if (tally.gains > 0) {
      double mean = tally.gain / tally.gains;
      blocks++;
      blockGains += mean;
      blockSquares += mean * mean;
    }
    if (all.compared >= nextTold) {
      tell();
      while (all.compared >= nextTold) {
        nextTold *= 2;
      }
    }
  }

  /** The shadow failed on a record; the log has the first time. */
  synchronized void failed(RuntimeException fault) {
    if (!failureTold) {
      failureTold = true;
      LOG.warn(
          "Detector {}: shadow {} fails on records, which nothing else depends on",
          shadow.bundle().detector(),
          shadow.bundle().version(),
          fault);
    }
  }

  /** What was found so far. */
  public synchronized Findings findings() {
    return new Findings(
        all.compared,
        all.unscorable,
        all.skipped,
        all.failed,
        hasGain ? all.gain / all.gains : Double.NaN,
        hasGain
            ? Math.max(
                standardError(all.gains, all.gain, all.gainSquares),
                standardError(blocks, blockGains, blockSquares))
            : Double.NaN,
        (double) all.flaggedByChampion / all.compared,
        (double) all.flaggedByShadow / all.compared,
        (double) all.flaggedByBoth / all.compared,
        (double) all.championEvaluations / all.compared,
        (double) all.shadowEvaluations / all.compared,
        all.nanoseconds / 1e9);
  }

  /** Of a mean; not a number of fewer than two. */
  private static double standardError(long count, double sum, double squares) {
    double mean = sum / count;
    return Math.sqrt(Math.max(0, squares / count - mean * mean) / (count - 1));
  }

  private void tell() {
    LOG.info("Detector {}: {}", shadow.bundle().detector(), summary());
  }

  /** What was found so far, in words. */
  synchronized String summary() {
    Findings found = findings();
    return text(
        "shadow %s beside %s on %d records: gain %s nats, flags %.2f %% (%.2f %%)%s, %.1f (%.1f)"
            + " evaluations per score; %d it cannot score, %d skipped, %d failed",
        shadow.bundle().version(),
        champion.bundle().version(),
        found.compared(),
        hasGain ? text("%+.4f +- %.4f", found.gain(), found.gainError()) : "of other fields, no",
        100 * found.flaggedByShadow(),
        100 * found.flaggedByChampion(),
        Double.isNaN(found.agreement())
            ? ""
            : text(", of what either flags %.0f %% is flagged by both", 100 * found.agreement()),
        found.shadowEvaluations(),
        found.championEvaluations(),
        found.unscorable(),
        found.skipped(),
        found.failed());
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
