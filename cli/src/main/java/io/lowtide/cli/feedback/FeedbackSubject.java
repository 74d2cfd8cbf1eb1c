package io.lowtide.cli.feedback;

import io.lowtide.cli.OptionException;
import io.lowtide.kafka.alert.MessageReader;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.topic.StartingPoint;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeRecord;
import io.lowtide.schemas.Feedback;
import io.lowtide.schemas.FeedbackVerdict;
import io.lowtide.schemas.GeneratedClasses;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;

/** Finds what feedback is about, so that a mistyped id is told, and the rest need not be typed. */
final class FeedbackSubject {

  static {
    GeneratedClasses.trust();
  }

  private final ConnectionSettings connection;
  private final String alertsTopic;
  private final String episodesTopic;

  FeedbackSubject(ConnectionSettings connection, String alertsTopic, String episodesTopic) {
    this.connection = connection;
    this.alertsTopic = alertsTopic;
    this.episodesTopic = episodesTopic;
  }

  /**
   * Feedback about it, of which verdict and time are still to be set.
   *
   * @throws OptionException if there is no such alert, or episode
   */
  Feedback find(String id, boolean episode) {
    return episode ? ofEpisode(id) : ofAlert(id);
  }

  private Feedback ofAlert(String id) {
    AnomalyAlert alert =
        last(alertsTopic, AnomalyAlert.class, id, AnomalyAlert::getId, "alert", true);
    return Feedback.newBuilder()
        .setId(id)
        .setVerdict(FeedbackVerdict.OTHER)
        .setGivenAt(Instant.EPOCH)
        .setDetector(alert.getDetector())
        .setModelVersion(alert.getModelVersion())
        .setKey(alert.getKey())
        .setFirstSeen(alert.getEventTime())
        .setLastSeen(alert.getEventTime())
        .setSeverity(alert.getSeverity())
        .setLevel(alert.getLevel())
        .setSource(alert.getSource())
        .build();
  }

  private Feedback ofEpisode(String id) {
    Episode episode = last(episodesTopic, Episode.class, id, Episode::getId, "episode", false);
    EpisodeRecord worst = episode.getWorst();
    String idOfFirst = episode.getId();
    String position =
        episode.getSource().getTopic()
            + "-"
            + episode.getSource().getPartition()
            + "-"
            + episode.getSource().getOffset()
            + "-";
    return Feedback.newBuilder()
        .setId(id)
        .setVerdict(FeedbackVerdict.OTHER)
        .setGivenAt(Instant.EPOCH)
        .setDetector(episode.getDetector())
        .setModelVersion(
            worst == null ? idOfFirst.substring(position.length()) : worst.getModelVersion())
        .setKey(episode.getKey())
        .setFirstSeen(episode.getFirstSeen())
        .setLastSeen(episode.getLastSeen())
        .setEpisode(true)
        .setSeverity(worst == null ? null : worst.getSeverity())
        .setLevel(worst == null ? null : worst.getLevel())
        .setSource(episode.getSource())
        .build();
  }

  /** How the id of a message is read. */
  private interface Id<T> {
    String of(T message);
  }

  private <T extends SpecificRecord> T last(
      String topic, Class<T> contract, String wanted, Id<T> id, String name, boolean firstWillDo) {
    AtomicReference<T> found = new AtomicReference<>();
    try (MessageReader<T> reader =
        new MessageReader<>(connection, topic, contract, new StartingPoint.Beginning())) {
      reader.read(
          false,
          message -> {
            boolean same = wanted.equals(id.of(message));
            if (same) {
              found.set(message);
            }
            return !(same && firstWillDo);
          });
    }
    if (found.get() == null) {
      throw new OptionException(
          wanted
              + ": no "
              + name
              + " on topic "
              + topic
              + " has this id, expected one that has"
              + (firstWillDo ? " (with --episode, an episode's)" : ""));
    }
    return found.get();
  }
}
