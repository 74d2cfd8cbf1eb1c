package io.lowtide.stream.detection;

import io.lowtide.density.feature.KeyHistory;
import java.util.Optional;

/**
 * What is remembered of the records of one key.
 *
 * @param latest event time of the latest of them, in milliseconds since 1970
 * @param history the values that later records are judged by
 */
public record RememberedRecords(long latest, KeyHistory history) {

  /**
   * What is to be remembered after one more record.
   *
   * @param before what was remembered of the key
   * @param eventTime of the record
   * @param history the values up to it
   */
  static RememberedRecords after(
      Optional<RememberedRecords> before, long eventTime, KeyHistory history) {
    // A late record must not make the key look as if it had been away since.
    long latest = before.isPresent() ? Math.max(eventTime, before.get().latest()) : eventTime;
    return new RememberedRecords(latest, history);
  }
}
