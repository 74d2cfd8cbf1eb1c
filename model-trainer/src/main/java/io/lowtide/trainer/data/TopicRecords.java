package io.lowtide.trainer.data;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.FieldText;
import io.lowtide.density.feature.RecordMisfitException;
import io.lowtide.density.feature.RecordReader;
import io.lowtide.kafka.registry.SchemaRegistryException;
import io.lowtide.kafka.topic.TopicSpan;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLException;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of topics, decoded and read as the stream does it, of any number of schema versions:
 * a field that a version does not have is missing in its records. What the stream would send to the
 * dead-letter topic is counted and left out.
 */
public final class TopicRecords implements AvroInput {

  private static final Logger LOG = LoggerFactory.getLogger(TopicRecords.class);

  /** Spans in which records are counted for a sample by time. */
  private static final Duration COUNTED = Duration.ofMinutes(1);

  private static final int DEEPEST_CAUSE = 16;

  private final String name;
  private final TopicSpan span;
  private final Deserializer<?> deserializer;
  private final RecordPositions leftOut;
  private final RecordPositions marked;
  private Survey survey;

  private TopicRecords(
      String name,
      TopicSpan span,
      Deserializer<?> deserializer,
      RecordPositions leftOut,
      RecordPositions marked) {
    this.name = name;
    this.span = span;
    this.deserializer = deserializer;
    this.leftOut = leftOut;
    this.marked = marked;
  }

  /**
   * A source of the records of topics.
   *
   * @param name for messages and for the provenance of a model
   * @param span which records
   * @param deserializer decodes their values, to Avro records
   * @param leftOut records to leave out
   * @param marked records to mark as anomalies in the table
   * @param options what texts mean
   */
  public static RecordSource of(
      String name,
      TopicSpan span,
      Deserializer<?> deserializer,
      RecordPositions leftOut,
      RecordPositions marked,
      ReadingOptions options) {
    return new AvroRecords(new TopicRecords(name, span, deserializer, leftOut, marked), options);
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * What is to be known of the records before they are read.
   *
   * @param schemas they were written with, in the order of reading
   * @param counts number of readable records by the minute that they fall in
   */
  private record Survey(Set<Schema> schemas, TreeMap<Long, Long> counts) {}

  private Survey survey() {
    if (survey == null) {
      Survey begun = new Survey(new LinkedHashSet<>(), new TreeMap<>());
      Counts others =
          read(
              "looked at",
              (record, decoded) -> {
                begun.schemas.add(decoded.getSchema());
                long minute =
                    record.timestamp() - Math.floorMod(record.timestamp(), COUNTED.toMillis());
                begun.counts.merge(minute, 1L, Long::sum);
              });
      if (begun.schemas.isEmpty()) {
        throw new DataException(
            name
                + ": no record"
                + (others.undecodable == 0
                    ? ""
                    : " that can be decoded among " + others.undecodable)
                + ", expected some");
      }
      survey = begun;
    }
    return survey;
  }

  @Override
  public AvroColumns columns() {
    return new AvroColumns(name, List.copyOf(survey().schemas));
  }

  @Override
  public RowSample sample(Sampling sampling) {
    return new RowSample(
        sampling.kind() == Sampling.Kind.TIME
            ? Strata.ofTime(survey().counts, COUNTED.toMillis(), sampling.mostRows())
            : Strata.single(sampling.mostRows()),
        sampling.seed());
  }

  @Override
  public ReadingTally forEach(List<FeatureInput> inputs, FieldText texts, Use use) {
    Map<Schema, RecordReader> readers = new HashMap<>();
    Origin origin = new Origin();
    List<String> misfits = new ArrayList<>();
    long[] misfit = new long[1];
    Counts others =
        read(
            "read",
            (record, decoded) -> {
              origin.record = record;
              // One for each: a reader looks its fields up anew where the schema changes.
              RecordReader fields =
                  readers.computeIfAbsent(
                      decoded.getSchema(), unused -> new RecordReader(inputs, texts));
              try {
                use.of(origin, fields, decoded);
                origin.advance();
              } catch (RecordMisfitException e) {
                misfit[0]++;
                if (misfits.isEmpty()) {
                  misfits.add(origin.place() + ", " + e.getMessage());
                }
              }
            });
    if (misfit[0] > 0) {
      LOG.warn(
          "{}: {} records do not hold what is read of them, and are left out; the first: {}",
          name,
          misfit[0],
          misfits.get(0));
    }
    return new ReadingTally(
        origin.number,
        others.undecodable + misfit[0],
        others.leftOut,
        origin.number == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(origin.earliest)),
        origin.number == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(origin.latest)));
  }

  /** Something to do with a message that could be decoded. */
  private interface Decoded {
    void of(ConsumerRecord<byte[], byte[]> record, IndexedRecord decoded);
  }

  /**
   * Decodes every message that is not to be left out.
   *
   * @return numbers of the others
   */
  private Counts read(String done, Decoded use) {
    ReadingProgress progress = new ReadingProgress(name, done, span.offsets());
    Counts counts = new Counts();
    span.read(
        record -> {
          progress.next();
          if (leftOut.contains(record)) {
            counts.leftOut++;
            return;
          }
          IndexedRecord decoded = decode(record);
          if (decoded == null) {
            counts.undecodable++;
          } else {
            use.of(record, decoded);
          }
        });
    return counts;
  }

  /** Messages that are no records of the source. */
  private static final class Counts {
    private long undecodable;
    private long leftOut;
  }

  /** Null where the stream would send the message to the dead-letter topic. */
  private IndexedRecord decode(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    try {
      Object value = deserializer.deserialize(record.topic(), record.headers(), record.value());
      return value instanceof IndexedRecord decoded ? decoded : null;
    } catch (RuntimeException fault) {
      if (isOfTheRecord(fault)) {
        return null;
      }
      throw fault;
    }
  }

  /**
   * Whether it says something about the bytes, rather than about Kafka or the way to the registry.
   * A record that is cut short ends in an exception of input and output, too.
   */
  private static boolean isOfTheRecord(Throwable fault) {
    Throwable cause = fault;
    for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
      if (cause instanceof SchemaRegistryException registry) {
        return !registry.isTransient();
      }
      boolean isOfKafka =
          cause instanceof KafkaException && !(cause instanceof SerializationException);
      if (isOfKafka
          || cause instanceof SocketException
          || cause instanceof SocketTimeoutException
          || cause instanceof UnknownHostException
          || cause instanceof HttpTimeoutException
          || cause instanceof SSLException) {
        return false;
      }
      cause = cause.getCause();
    }
    return true;
  }

  /** The message that is being read. */
  private final class Origin implements RowOrigin {

    private final Map<ByteBuffer, Integer> keys = new HashMap<>();
    private ConsumerRecord<byte[], byte[]> record;
    private int number;
    private long earliest = Long.MAX_VALUE;
    private long latest = Long.MIN_VALUE;

    void advance() {
      number++;
      earliest = Math.min(earliest, record.timestamp());
      latest = Math.max(latest, record.timestamp());
    }

    @Override
    public int number() {
      return number;
    }

    @Override
    public long identity() {
      return RowSample.mix(31L * record.topic().hashCode() + record.partition()) ^ record.offset();
    }

    @Override
    public long time() {
      return record.timestamp();
    }

    /** Records without a key are of one, as they are in the stream. */
    @Override
    public double key() {
      byte[] key = record.key() == null ? new byte[0] : record.key();
      return keys.computeIfAbsent(ByteBuffer.wrap(key), unused -> keys.size());
    }

    @Override
    public boolean isMarked() {
      return marked.contains(record);
    }

    @Override
    public String place() {
      return record.topic() + "-" + record.partition() + "-" + record.offset();
    }
  }
}
