package io.lowtide.trainer.evaluation;

import io.lowtide.schemas.RecordPosition;
import java.time.Instant;
import java.util.List;

/**
 * What scores would have become.
 *
 * @param scored records with a score
 * @param flagged those found improbable
 * @param withheld those of which the alert would have repeated another
 * @param episodes episodes that they would have been folded into
 * @param alerts the alerts, in the order of partitions and offsets
 */
public record ReplayedAlerts(
    long scored, long flagged, long withheld, long episodes, List<Alert> alerts) {

  /** Copies the alerts. */
  public ReplayedAlerts {
    alerts = List.copyOf(alerts);
  }

  /**
   * An alert that would have been.
   *
   * @param key of the record, or null
   * @param eventTime of the record
   * @param pValue of its score
   * @param source where the record is
   */
  public record Alert(String key, Instant eventTime, double pValue, RecordPosition source) {}
}
