package io.lowtide.quickstart.demo;

import io.lowtide.schemas.RecordPosition;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.RecordMetadata;

/** What is known of each streamed message, by its place in the topic. */
final class Truth {

  /** Kind of a message that is no valid record. */
  static final String UNREADABLE = "unreadable message";

  private record Place(int partition, long offset) {}

  private final Map<Place, String> kinds = new ConcurrentHashMap<>();

  void remember(RecordMetadata metadata, String kind) {
    kinds.put(new Place(metadata.partition(), metadata.offset()), kind);
  }

  /** The kind of the message at a place, or null if it has not been acknowledged yet. */
  String kindAt(RecordPosition position) {
    return kinds.get(new Place(position.getPartition(), position.getOffset()));
  }
}
