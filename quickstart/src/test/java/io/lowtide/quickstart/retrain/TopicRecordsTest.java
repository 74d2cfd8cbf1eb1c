package io.lowtide.quickstart.retrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.kafka.topic.RecordWindow;
import io.lowtide.kafka.topic.TopicSpan;
import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.ReadingOptions;
import io.lowtide.trainer.data.ReadingTally;
import io.lowtide.trainer.data.RecordPositions;
import io.lowtide.trainer.data.RecordSource;
import io.lowtide.trainer.data.Sampling;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.data.TableSelection;
import io.lowtide.trainer.data.TopicRecords;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records of a topic as a table: which, in which order, and with which past values. */
@Timeout(60)
class TopicRecordsTest {

  private static final String TOPIC = "readings";
  private static final int RECORDS = 600;

  /** Recent: a broker deletes what is older than its retention. */
  private static final Instant START =
      Instant.now().truncatedTo(ChronoUnit.MINUTES).minusSeconds(3_600);

  private static final Schema FIRST =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredLong("number")
          .requiredDouble("speed")
          .requiredBoolean("open")
          .endRecord();

  private static final Schema SECOND =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredLong("number")
          .requiredDouble("speed")
          .requiredBoolean("open")
          .optionalString("mode")
          .endRecord();

  private static EmbeddedKafka kafka;
  private static SchemaRegistry registry;

  @BeforeAll
  static void fillTopic() {
    kafka = EmbeddedKafka.start();
    kafka.createTopic(TOPIC, 3, Map.of());
    registry = ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", "mock://records"));
    Map<String, Object> settings = new HashMap<>(client());
    settings.put("transactional.id", "writer");
    try (AvroSerializer<GenericRecord> serializer = new AvroSerializer<>(registry);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      for (int i = 0; i < RECORDS; i++) {
        producer.send(message(serializer, i, i));
      }
      // A tombstone, an unknown schema, and a record that is cut short.
      producer.send(
          new ProducerRecord<>(TOPIC, 0, START.toEpochMilli(), (byte[]) null, (byte[]) null));
      producer.send(
          new ProducerRecord<>(
              TOPIC, 1, START.toEpochMilli(), (byte[]) null, new byte[] {0, 0, 0, 0, 99, 1}));
      byte[] whole = message(serializer, 1, 1).value();
      producer.send(
          new ProducerRecord<>(
              TOPIC,
              2,
              START.toEpochMilli(),
              (byte[]) null,
              Arrays.copyOf(whole, whole.length / 2)));
      producer.commitTransaction();
      producer.beginTransaction();
      producer.send(message(serializer, RECORDS, -1_000));
      producer.abortTransaction();
    }
  }

  @AfterAll
  static void stopKafka() {
    registry.close();
    kafka.close();
  }

  private static Map<String, Object> client() {
    return Map.of("bootstrap.servers", kafka.bootstrapServers());
  }

  /** A record each second, of one of five keys. */
  private static ProducerRecord<byte[], byte[]> message(
      AvroSerializer<GenericRecord> serializer, int second, long number) {
    GenericRecord record = new GenericData.Record(second % 2 == 0 ? FIRST : SECOND);
    record.put("number", number);
    record.put("speed", number / 10.0);
    record.put("open", second % 3 == 0);
    if (second % 2 == 1) {
      record.put("mode", second % 4 == 1 ? "run" : "idle");
    }
    byte[] key = ("key-" + second % 5).getBytes(StandardCharsets.UTF_8);
    return new ProducerRecord<>(
        TOPIC,
        second % 5 % 3,
        START.plusSeconds(second).toEpochMilli(),
        key,
        serializer.serialize(TOPIC, record));
  }

  private static <T> T with(
      RecordWindow window, RecordPositions marked, Function<RecordSource, T> use) {
    return with(window, new RecordPositions(), marked, use);
  }

  private static <T> T with(
      RecordWindow window,
      RecordPositions leftOut,
      RecordPositions marked,
      Function<RecordSource, T> use) {
    try (TopicSpan span = new TopicSpan(client(), List.of(TOPIC), window)) {
      return use.apply(
          TopicRecords.of(
              "topic readings",
              span,
              AvroDeserializer.generic(registry),
              leftOut,
              marked,
              ReadingOptions.USUAL));
    }
  }

  private static Table read(RecordWindow window, TableSelection selection, Sampling sampling) {
    return with(
        window,
        new RecordPositions(),
        source -> source.read(selection, sampling, Optional.empty()).table());
  }

  private static RecordWindow everything() {
    return new RecordWindow.Times(START, START.plusSeconds(10_000));
  }

  private static double[] numbers(Table table) {
    return table.column(table.indexOf("number"));
  }

  @Test
  void shouldReadCommittedRecordsOfEverySchemaVersionInTheOrderOfTheirTime() {
    Table table = read(everything(), TableSelection.everything(), Sampling.EVERYTHING);
    double[] expected = new double[RECORDS];
    Arrays.setAll(expected, i -> i);
    assertThat(numbers(table)).isEqualTo(expected);
    assertThat(table.columns()).containsExactlyInAnyOrder("number", "speed", "open", "mode");
    assertThat(table.column(table.indexOf("mode"))[0]).isNaN();
    assertThat(table.dictionaries().get("mode")).containsExactlyInAnyOrder("run", "idle");
  }

  @Test
  void shouldCountWhatTheStreamWouldDeadLetter() {
    ReadingTally tally =
        with(
            everything(),
            new RecordPositions(),
            source -> {
              source.read(TableSelection.everything(), Sampling.EVERYTHING, Optional.empty());
              return source.tally().orElseThrow();
            });
    assertThat(tally)
        .isEqualTo(
            new ReadingTally(
                RECORDS, 3, 0, Optional.of(START), Optional.of(START.plusSeconds(RECORDS - 1))));
  }

  @Test
  void shouldReadARangeOfTimeAndTheLastRecords() {
    RecordWindow minute = new RecordWindow.Times(START.plusSeconds(60), START.plusSeconds(120));
    double[] inMinute = numbers(read(minute, TableSelection.everything(), Sampling.EVERYTHING));
    assertThat(inMinute).hasSize(60).startsWith(60).endsWith(119);
    double[] last =
        numbers(read(new RecordWindow.Last(90), TableSelection.everything(), Sampling.EVERYTHING));
    // Offsets that transactions and noise take are no records.
    assertThat(last.length).isBetween(80, 90);
    assertThat(last[last.length - 1]).isEqualTo(RECORDS - 1);
  }

  @Test
  void shouldTakePastValuesOfTheKeyFromRecordsThatTheSampleLeavesOut() {
    TableSelection selection =
        new TableSelection(
            List.of("number", "open"),
            Optional.empty(),
            Set.of(),
            Set.of("number", "open"),
            List.of(FeatureInput.lagged("number", 2), FeatureInput.change("number")));
    Sampling sampling = new Sampling(100, Sampling.Kind.UNIFORM, 5);
    Table table = read(everything(), selection, sampling);
    assertThat(table.size()).isEqualTo(100);
    for (double[] row : table.rows()) {
      double number = row[0];
      assertThat(row[1]).isEqualTo(number % 3 == 0 ? 1 : 0);
      assertThat(row[2]).isEqualTo(Double.valueOf(number < 10 ? Double.NaN : number - 10));
      assertThat(row[3]).isEqualTo(Double.valueOf(number < 5 ? Double.NaN : 5));
    }
    assertThat(read(everything(), selection, sampling).sha256()).isEqualTo(table.sha256());
  }

  @Test
  void shouldSampleEquallyOfEachSliceOfTime() {
    double[] kept =
        numbers(
            read(
                everything(),
                TableSelection.everything(),
                new Sampling(100, Sampling.Kind.TIME, 5)));
    assertThat(kept).hasSize(100).isSorted();
    for (int minute = 0; minute < 10; minute++) {
      int from = 60 * minute;
      assertThat(Arrays.stream(kept).filter(number -> number >= from && number < from + 60))
          .hasSize(10);
    }
  }

  @Test
  void shouldMarkRecordsByTheirPosition() {
    RecordPositions marked = new RecordPositions();
    marked.add(TOPIC, 0, 0);
    marked.add(TOPIC, 2, 1);
    LabelledTable read =
        with(
            everything(),
            marked,
            source ->
                source.read(TableSelection.everything(), Sampling.EVERYTHING, Optional.empty()));
    assertThat(numbers(read.anomalies())).containsExactly(0, 7);
  }

  @Test
  void shouldLeaveOutARecordAndThoseOfAKeyWithinATime() {
    RecordPositions leftOut = new RecordPositions();
    leftOut.add(TOPIC, 0, 0);
    leftOut.add("key-4", START.plusSeconds(100), START.plusSeconds(200));
    ReadingTally tally =
        with(
            everything(),
            leftOut,
            new RecordPositions(),
            source -> {
              double[] numbers =
                  numbers(
                      source
                          .read(TableSelection.everything(), Sampling.EVERYTHING, Optional.empty())
                          .table());
              assertThat(numbers).doesNotContain(0, 104, 199).contains(1, 99, 204, 100, 200);
              return source.tally().orElseThrow();
            });
    assertThat(tally.leftOut()).isEqualTo(21);
    assertThat(tally.read()).isEqualTo(RECORDS - 21);
  }

  @Test
  void shouldSayThatThereIsNoRecord() {
    RecordWindow early = new RecordWindow.Times(START.minusSeconds(60), START.minusSeconds(30));
    assertThatThrownBy(() -> read(early, TableSelection.everything(), Sampling.EVERYTHING))
        .isInstanceOf(DataException.class)
        .hasMessage("topic readings: no record, expected some");
  }
}
