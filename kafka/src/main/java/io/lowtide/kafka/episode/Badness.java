package io.lowtide.kafka.episode;

import io.lowtide.schemas.SeverityLevel;

/**
 * How bad an episode is, as far as it was told.
 *
 * @param measure for anomalies the largest severity, -log10 of a probability and 6 at most; else
 *     the share of records without a score
 * @param level the highest level; LOW for records without a score
 * @param first log-likelihood of the record that opened it, in nats; 0 for records without a score
 * @param drop how much lower that of the worst record told of is, in nats, at least 0
 */
public record Badness(double measure, SeverityLevel level, double first, double drop) {

  /** Beyond one in a million no tail can tell which of two records is worse. */
  private static final double LARGEST_SEVERITY = 6;

  /** From one severity to a worse one: ten times as improbable. */
  private static final double WORSE_BY = 1;

  /** The least drop that is worth telling where the severity does not rise. */
  private static final double LEAST_DROP = 10;

  private static final int DOUBLE = 2;

  /** Of the record that opens an episode. */
  static Badness of(Occurrence.Anomaly first) {
    return new Badness(
        tellable(first.severity()), first.rarity().level(), first.logLikelihood(), 0);
  }

  /** Of a share of records without a score. */
  static Badness of(double share) {
    return new Badness(share, SeverityLevel.LOW, 0, 0);
  }

  private static double tellable(double severity) {
    return Math.min(severity, LARGEST_SEVERITY);
  }

  /**
   * Whether a record is worth telling after what was told: ten times as improbable, or a level up;
   * or, where the tail cannot tell any more, of a log-likelihood that has dropped twice as far. So
   * nothing worse is hidden for long, and what gets worse steadily is told of now and then.
   */
  boolean isBelow(Occurrence.Anomaly next) {
    return tellable(next.severity()) >= measure + WORSE_BY
        || next.rarity().level().compareTo(level) > 0
        || (next.rarity().orMore()
            && first - next.logLikelihood() >= Math.max(LEAST_DROP, DOUBLE * drop));
  }

  /** Whether a share of records is worth telling after what was told. */
  boolean isBelow(double share) {
    return share >= DOUBLE * measure;
  }

  /** What is told once the record is. */
  Badness with(Occurrence.Anomaly next) {
    return new Badness(
        Math.max(measure, tellable(next.severity())),
        next.rarity().level().compareTo(level) > 0 ? next.rarity().level() : level,
        first,
        Math.max(drop, first - next.logLikelihood()));
  }
}
