package io.lowtide.benchmarks.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.topic.TopicReader;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeEnd;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.deadletter.DeadLetters;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * How the source records ended, as committed messages tell it: at each position what was said, a
 * score to the last bit or the reason of the dead letter, and what was said too often.
 */
final class Ends {

  private final Map<String, String> endAt = new TreeMap<>();
  private final Map<String, String> alerts = new TreeMap<>();
  private final Map<String, String> episodes = new TreeMap<>();
  private final Map<String, Integer> deadLetters = new TreeMap<>();
  private final Map<String, String> toldBy = new TreeMap<>();
  private final List<String> doubles = new ArrayList<>();
  private final List<String> readTwice = new ArrayList<>();
  private long scored;

  private Ends() {}

  /** Reads the topics of an application whose names begin with a prefix. */
  static Ends read(Map<String, Object> client, SchemaRegistry registry, String prefix) {
    Ends ends = new Ends();
    AvroDeserializer<ScoredRecord> scores = AvroDeserializer.specific(registry, ScoredRecord.class);
    AvroDeserializer<AnomalyAlert> alerts = AvroDeserializer.specific(registry, AnomalyAlert.class);
    each(client, prefix + "scores", m -> ends.score(m, scores.deserialize(m.topic(), m.value())));
    each(client, prefix + "dead-letters", ends::deadLetter);
    AvroDeserializer<Episode> episodes = AvroDeserializer.specific(registry, Episode.class);
    each(
        client, prefix + "episodes", m -> ends.episode(episodes.deserialize(m.topic(), m.value())));
    each(client, prefix + "alerts", m -> ends.alert(m, alerts.deserialize(m.topic(), m.value())));
    return ends;
  }

  private static void each(
      Map<String, Object> client, String topic, Consumer<ConsumerRecord<byte[], byte[]>> consumer) {
    try (TopicReader reader = new TopicReader(client, List.of(topic))) {
      reader.toEnd(
          message -> {
            consumer.accept(message);
            return true;
          });
    }
  }

  private void score(ConsumerRecord<byte[], byte[]> message, ScoredRecord score) {
    scored++;
    RecordPosition source = score.getSource();
    end(
        message,
        source.getPartition() + "-" + source.getOffset(),
        "scored "
            + Long.toHexString(Double.doubleToLongBits(score.getLogLikelihood()))
            + " "
            + score.getPValue());
  }

  private void deadLetter(ConsumerRecord<byte[], byte[]> letter) {
    String reason = header(letter, DeadLetters.REASON);
    deadLetters.merge(reason, 1, Integer::sum);
    end(
        letter,
        header(letter, DeadLetters.PARTITION) + "-" + header(letter, DeadLetters.OFFSET),
        reason);
  }

  private static String header(ConsumerRecord<byte[], byte[]> message, String name) {
    return new String(message.headers().lastHeader(name).value(), UTF_8);
  }

  private void end(ConsumerRecord<byte[], byte[]> message, String position, String end) {
    endAt.put(position, end);
    told(message, position);
  }

  private void alert(ConsumerRecord<byte[], byte[]> message, AnomalyAlert alert) {
    alerts.put(alert.getId(), alert.getSuppressed() + " withheld before");
    told(message, "alert " + alert.getId());
  }

  /** The last that is told of it; that it was closed while the source was silent is not of it. */
  private void episode(Episode episode) {
    if (episode.getClosedBy() != EpisodeEnd.SOURCE_SILENT) {
      episodes.put(
          episode.getId(),
          (episode.getClosedBy() == null ? "open" : episode.getClosedBy())
              + " "
              + episode.getFirstSeen()
              + " "
              + episode.getLastSeen()
              + " "
              + episode.getCount());
    }
  }

  private void told(ConsumerRecord<byte[], byte[]> message, String what) {
    String by =
        message.topic()
            + "-"
            + message.partition()
            + "-"
            + message.offset()
            + " at "
            + Instant.ofEpochMilli(message.timestamp());
    String before = toldBy.put(what, by);
    if (by.equals(before)) {
      readTwice.add(what + ": " + by);
    } else if (before != null) {
      doubles.add(what + ": " + before + ", " + by);
    }
  }

  /** Records that have ended. */
  long size() {
    return endAt.size();
  }

  long scored() {
    return scored;
  }

  /** Dead letters by reason. */
  Map<String, Integer> deadLetters() {
    return deadLetters;
  }

  long alerts() {
    return alerts.size();
  }

  long episodes() {
    return episodes.size();
  }

  /** Records, and alerts, that were told of more than once. */
  long doubled() {
    return doubles.size();
  }

  /**
   * Messages that the consumer which counts was given twice, as one that goes back in a partition
   * is: each is there once.
   */
  List<String> readTwice() {
    return readTwice;
  }

  /** What was told of more than once, and by which messages, each at an offset of its own. */
  List<String> doubles() {
    return doubles;
  }

  /** Records, alerts and episodes of which the other tells something else, or nothing. */
  long differencesFrom(Ends other) {
    return differences(endAt, other.endAt)
        + differences(alerts, other.alerts)
        + differences(episodes, other.episodes);
  }

  private static long differences(Map<String, String> one, Map<String, String> other) {
    long missing = other.keySet().stream().filter(key -> !one.containsKey(key)).count();
    return missing
        + one.entrySet().stream()
            .filter(entry -> !entry.getValue().equals(other.get(entry.getKey())))
            .count();
  }
}
