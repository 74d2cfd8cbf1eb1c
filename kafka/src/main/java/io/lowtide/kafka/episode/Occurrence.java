package io.lowtide.kafka.episode;

import io.lowtide.density.calibration.Rarity;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.RecordPosition;
import java.util.List;
import java.util.function.Supplier;

/** What one record means for episodes. */
public sealed interface Occurrence {

  /** The record is normal: nothing but time has passed. */
  record Normal() implements Occurrence {}

  /** One for all. */
  Occurrence NORMAL = new Normal();

  /**
   * The record is an anomaly.
   *
   * @param key its key, or null
   * @param eventTime its timestamp, in milliseconds since 1970
   * @param id id of its alert
   * @param modelVersion model that scored it
   * @param logLikelihood log-density in nats
   * @param pValue conformal p-value
   * @param severity -log10 of the tail probability
   * @param rarity the severity as people tell it
   * @param published whether its alert is published, so that there is an explanation at no cost
   * @param alert makes its alert, with an explanation
   * @param source where it is
   * @param before what was known of the key before there were episodes
   */
  record Anomaly(
      byte[] key,
      long eventTime,
      String id,
      String modelVersion,
      double logLikelihood,
      double pValue,
      double severity,
      Rarity rarity,
      boolean published,
      Supplier<AnomalyAlert> alert,
      RecordPosition source,
      Before before)
      implements Occurrence {}

  /**
   * What an application from before there were episodes knew of a key.
   *
   * @param published event times of its last published alerts
   * @param withheld alerts withheld since the last of them
   */
  record Before(List<Long> published, long withheld) {

    /** Nothing is known. */
    public static final Before NOTHING = new Before(List.of(), 0);

    /** Copies the times. */
    public Before {
      published = List.copyOf(published);
    }
  }

  /**
   * The record has no score.
   *
   * @param eventTime its timestamp, in milliseconds since 1970
   * @param id topic-partition-offset-modelVersion
   * @param reason why
   * @param message for a person
   * @param source where it is
   */
  record Unscorable(long eventTime, String id, String reason, String message, RecordPosition source)
      implements Occurrence {}
}
