package io.lowtide.stream.output;

import io.lowtide.kafka.topic.TopicException;
import io.lowtide.kafka.topic.TopicLimits;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the producer and the brokers take: each message is made to fit before it is sent, because a
 * refused one costs its whole transaction. Shared by all threads.
 */
public final class OutputLimits {

  /** Room for the headers of a dead letter beyond its record, and for what else there is to say. */
  public static final int HEADER_ROOM = 64 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(OutputLimits.class);

  private static final int PRODUCERS_DEFAULT = 1_048_576;
  private static final int BUFFERS_DEFAULT = 33_554_432;

  /** A dead letter of which nothing is left but the cause. */
  private static final int LEAST = 16 * 1024;

  /** What a dead letter takes beyond its record, but for very long messages. */
  private static final int USUAL_HEADERS = 8 * 1024;

  /** Data that do not compress grow a little when they are compressed. */
  private static final int COMPRESSION_SHARE = 64;

  /** A message may be on its way for so long, and clocks differ. */
  private static final long TIME_ON_THE_WAY = Duration.ofMinutes(1).toMillis();

  private final StreamSettings settings;
  private final Map<OutputTopic, String> outputs;
  private final int buffer;
  private volatile Map<String, TopicLimits> topics = Map.of();
  private volatile long ahead = TopicLimits.DEFAULT.ahead();
  private volatile long behind = TopicLimits.DEFAULT.behind();
  private volatile int largestRequest;

  /** Those of Kafka's defaults, until {@link #require} or {@link #refresh}. */
  public OutputLimits(StreamSettings settings) {
    this.settings = settings;
    // Copied: each message asks for them, and a look-up in the settings takes a lock.
    this.outputs = settings.outputTopics();
    this.buffer =
        settings.producerBytes(ProducerConfig.BUFFER_MEMORY_CONFIG).orElse(BUFFERS_DEFAULT);
    this.largestRequest =
        settings.producerBytes(ProducerConfig.MAX_REQUEST_SIZE_CONFIG).orElse(PRODUCERS_DEFAULT);
  }

  /**
   * Asks the brokers at the start, and has the producer take what they take unless it is set
   * otherwise.
   *
   * @throws TopicException if a topic or the producer takes too little for any dead letter
   */
  public void require(Topics brokers) {
    refresh(brokers);
    int asked = topics.values().stream().mapToInt(TopicLimits::largestBatch).max().orElse(0);
    largestRequest =
        settings
            .producerBytes(ProducerConfig.MAX_REQUEST_SIZE_CONFIG)
            .orElse(Math.min(buffer, Math.max(PRODUCERS_DEFAULT, asked)));
    outputs.forEach(this::requireRoom);
    Map<String, TopicLimits> sources = brokers.limits(settings.sourceTopics());
    int longest = sources.values().stream().mapToInt(TopicLimits::largestBatch).max().orElse(0);
    if (largest(OutputTopic.DEAD_LETTERS) - USUAL_HEADERS < longest) {
      LOG.warn(
          "Dead letters are cut to {} bytes, and records may have {}: for whole ones give topic {}"
              + " max.message.bytes={}{}",
          largest(OutputTopic.DEAD_LETTERS),
          longest,
          settings.deadLetterTopic(),
          (long) longest + HEADER_ROOM,
          settings.producerBytes(ProducerConfig.MAX_REQUEST_SIZE_CONFIG).isPresent()
              ? ", and kafka.max.request.size as much"
              : "");
    }
  }

  private void requireRoom(OutputTopic output, String topic) {
    if (largest(output) < LEAST) {
      throw new TopicException(
          "topic "
              + topic
              + ": messages of up to "
              + largest(output)
              + " bytes (max.message.bytes="
              + limits(output).largestBatch()
              + ", the producer's max.request.size="
              + largestRequest
              + "), expected at least "
              + LEAST);
    }
  }

  /** Asks the brokers again, for example because they have refused a message. */
  public void refresh(Topics brokers) {
    List<String> written = new ArrayList<>(outputs.values());
    InternalTopics internal = new InternalTopics(settings);
    written.addAll(internal.names());
    Map<String, TopicLimits> found = new HashMap<>(brokers.limits(written));
    // Kafka Streams creates it before the first record.
    found.putIfAbsent(internal.alwaysThere(), TopicLimits.DEFAULT);
    ahead = found.values().stream().mapToLong(TopicLimits::ahead).min().orElse(ahead);
    behind = found.values().stream().mapToLong(TopicLimits::behind).min().orElse(behind);
    topics = found;
  }

  /** Adds what the producer needs to settings of Kafka Streams that do not say otherwise. */
  public void applyTo(Properties properties) {
    if (settings.producerBytes(ProducerConfig.MAX_REQUEST_SIZE_CONFIG).isEmpty()) {
      properties.put(
          StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), largestRequest);
    }
    if (settings.choosesBatchSize()) {
      properties.computeIfPresent(
          StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG),
          (name, chosen) -> batchFor((int) chosen, topics.values()));
    }
  }

  /**
   * Size of a batch that every topic takes: a larger one is refused, split and sent again.
   *
   * @param wanted bytes
   */
  static int batchFor(int wanted, Collection<TopicLimits> topics) {
    int most = topics.stream().mapToInt(TopicLimits::largestBatch).min().orElse(wanted);
    return Math.min(wanted, withRoom(most));
  }

  private TopicLimits limits(OutputTopic output) {
    return topics.getOrDefault(outputs.get(output), TopicLimits.DEFAULT);
  }

  /** Largest message for a topic, in bytes as {@link MessageSize} counts them. */
  public int largest(OutputTopic output) {
    return withRoom(Math.min(buffer, Math.min(largestRequest, limits(output).largestBatch())));
  }

  private static int withRoom(int raw) {
    return raw - raw / COMPRESSION_SHARE;
  }

  /** Whether messages of a topic must have a key. */
  public boolean needsKey(OutputTopic output) {
    return limits(output).needsKey();
  }

  /**
   * The timestamp nearest at hand that all topics take, changelogs included.
   *
   * @param wanted in milliseconds since 1970
   * @param now the same
   * @return the one that is wanted, or else {@code now}
   */
  public long timestamp(long wanted, long now) {
    boolean tooFarAhead = wanted > now && wanted - now > ahead - margin(ahead);
    boolean tooFarBehind = wanted < now && now - wanted > behind - margin(behind);
    return tooFarAhead || tooFarBehind ? now : wanted;
  }

  private static long margin(long bound) {
    return bound == Long.MAX_VALUE ? 0 : Math.min(bound / 2, TIME_ON_THE_WAY);
  }
}
