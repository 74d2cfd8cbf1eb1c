package io.lowtide.quickstart.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.model.ModelPublisher;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.deadletter.DeadLetters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * What tests of the stream application on a broker share: topics, registry and state of their own
 * for each, and the account of every record that was sent.
 */
abstract class AccountedStreamTest {

  static final int PARTITIONS = 2;

  static final Schema READING =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("temperature")
          .requiredDouble("pressure")
          .endRecord();

  @TempDir Path state;
  final Set<String> sent = new TreeSet<>();
  String prefix;
  SchemaRegistry registry;
  private AvroSerializer<GenericRecord> serializer;
  KafkaProducer<byte[], byte[]> producer;

  /** The broker of the class. */
  abstract EmbeddedKafka kafka();

  abstract String registryUrl();

  /** Settings of the application beyond those that name things of the test. */
  abstract Map<String, String> clientSettings();

  /** Settings of the source topic that are not Kafka's defaults. */
  Map<String, String> sourceConfiguration() {
    return Map.of();
  }

  /** Settings of the producer that are not Kafka's defaults. */
  Map<String, Object> producerSettings() {
    return Map.of();
  }

  @BeforeEach
  void connect(TestInfo test) {
    prefix = test.getTestMethod().orElseThrow().getName();
    kafka().createTopic(source(), PARTITIONS, sourceConfiguration());
    registry = ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", registryUrl()));
    serializer = new AvroSerializer<>(registry);
    Map<String, Object> settings = new HashMap<>(producerSettings());
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka().bootstrapServers());
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @AfterEach
  void disconnect() {
    producer.close();
    registry.close();
  }

  String source() {
    return prefix + ".readings";
  }

  Map<String, String> settings(Map<String, String> overrides) {
    Map<String, String> settings = new HashMap<>(OutputTopic.named(prefix + "."));
    settings.put("bootstrap.servers", kafka().bootstrapServers());
    settings.put("schema.registry.url", registryUrl());
    settings.put("detector", TestModels.DETECTOR);
    settings.put("application.id", prefix);
    settings.put("source.topics", source());
    settings.put("models.topic", prefix + ".models");
    settings.put("state.directory", state.toString());
    settings.put("http.port", "0");
    settings.putAll(clientSettings());
    settings.putAll(overrides);
    return settings;
  }

  ConnectionSettings connection() {
    return StreamSettings.of(settings(Map.of())).connection();
  }

  void publish(ModelBundle bundle) {
    new ModelPublisher(connection()).publish(prefix + ".models", bundle);
  }

  byte[] message(Schema schema, double temperature, double pressure) {
    GenericRecord reading = new GenericData.Record(schema);
    reading.put("temperature", temperature);
    reading.put("pressure", pressure);
    return serializer.serialize(source(), reading);
  }

  /** Sends, and remembers where each record came to lie. */
  void sendAll(List<ProducerRecord<byte[], byte[]>> messages) throws Exception {
    List<Future<RecordMetadata>> acknowledgements = messages.stream().map(producer::send).toList();
    for (Future<RecordMetadata> acknowledgement : acknowledgements) {
      RecordMetadata position = acknowledgement.get();
      sent.add(position.partition() + "-" + position.offset());
    }
  }

  Committed committed(String topic) {
    return new Committed(kafka().bootstrapServers(), prefix + "." + topic);
  }

  static String header(ConsumerRecord<byte[], byte[]> message, String name) {
    return new String(message.headers().lastHeader(name).value(), UTF_8);
  }

  private List<ScoredRecord> scores(List<ConsumerRecord<byte[], byte[]>> messages) {
    AvroDeserializer<ScoredRecord> deserializer =
        AvroDeserializer.specific(registry, ScoredRecord.class);
    return messages.stream().map(m -> deserializer.deserialize(m.topic(), m.value())).toList();
  }

  /** What has become of all that was sent. */
  record Outcome(List<ScoredRecord> scores, List<ConsumerRecord<byte[], byte[]>> deadLetters) {}

  /** Waits until as many records have come out as went in; then each must be there once. */
  Outcome awaitOutcome() throws Exception {
    try (Committed scores = committed("scores");
        Committed letters = committed("dead-letters")) {
      Await.until(
          () -> scores.soFar().size() + letters.soFar().size() >= sent.size(),
          () ->
              scores.soFar().size()
                  + " scores and "
                  + letters.soFar().size()
                  + " dead letters of "
                  + sent.size()
                  + " records");
      Outcome outcome = new Outcome(scores(scores.toEnd()), List.copyOf(letters.toEnd()));
      List<String> ends = new ArrayList<>();
      outcome
          .scores()
          .forEach(s -> ends.add(s.getSource().getPartition() + "-" + s.getSource().getOffset()));
      outcome
          .deadLetters()
          .forEach(
              m ->
                  ends.add(header(m, DeadLetters.PARTITION) + "-" + header(m, DeadLetters.OFFSET)));
      assertThat(ends).doesNotHaveDuplicates();
      assertThat(new TreeSet<>(ends)).isEqualTo(sent);
      return outcome;
    }
  }
}
