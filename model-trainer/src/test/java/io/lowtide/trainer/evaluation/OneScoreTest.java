package io.lowtide.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.scoring.RecordScorer;
import io.lowtide.density.scoring.ScoreOutcome;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.serde.AvroSerde;
import io.lowtide.trainer.data.ReadingOptions;
import io.lowtide.trainer.data.RecordFiles;
import io.lowtide.trainer.data.RecordSource;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.feature.FieldRole.Categorical;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Cycle;
import io.lowtide.trainer.feature.PlannedData;
import io.lowtide.trainer.feature.RecordValues;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A value has one score, whether it comes from a CSV file, an Avro file or a topic. */
class OneScoreTest {

  /** Any of its fields may be of any type that a topic may have. */
  private static final Schema ANYTHING =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Anything", "fields": [
                {"name": "at", "type": ["null", "string", {"type": "long", "logicalType": "timestamp-millis"}]},
                {"name": "state", "type": ["null", "string", {"type": "enum", "name": "State", "symbols": ["RUN", "STOP"]}]},
                {"name": "flag", "type": ["null", "boolean", "string", "double", "int"]},
                {"name": "open", "type": ["null", "boolean", "string", "int"]},
                {"name": "code", "type": ["null", "string", "int", "double"]},
                {"name": "temp", "type": ["null", "double", "string", "float", "long"]}
              ]}
              """);

  private static final List<Object> USUAL = List.of("2026-01-06 08:15:00", "RUN", 1, true, 2, 51.5);

  @TempDir private static Path directory;
  private static ModelBundle bundle;

  @BeforeAll
  static void train() throws IOException {
    Random random = new Random(4);
    StringBuilder csv = new StringBuilder("at,state,flag,open,code,temp\n");
    for (int i = 0; i < 600; i++) {
      boolean running = random.nextInt(3) > 0;
      csv.append(Instant.parse("2026-01-05T00:00:00Z").plusSeconds(4_321L * i)).append(',');
      csv.append(i % 60 == 11 ? "" : running ? "RUN    " : "STOP   ").append(',');
      csv.append(random.nextBoolean() ? "T" : "F").append(',');
      csv.append(random.nextInt(4) == 0 ? "no" : "yes").append(',');
      csv.append(i % 40 == 7 ? "NA" : (1 + random.nextInt(3)) + (i % 2 == 0 ? ".0" : ""))
          .append(',');
      csv.append(i % 50 == 3 ? "N/A" : 40 + 10 * random.nextGaussian()).append('\n');
    }
    Path file = Files.writeString(directory.resolve("training.csv"), csv);
    Path plan =
        Files.writeString(
            directory.resolve("features.properties"),
            """
            at = cycle day
            state = categorical
            flag = continuous
            open = categorical
            code = categorical
            temp = continuous
            """);
    PlannedData data =
        PlannedData.read(RecordFiles.of(file), plan, Optional.empty(), Optional.empty());
    assertThat(data.plan().roles().values().stream().flatMap(List::stream).map(Object::getClass))
        .contains(Categorical.class, Continuous.class, Cycle.class);
    bundle =
        new FlowTrainer(
                TrainingEngines.of("vector"),
                "anything",
                TrainingSettings.of(
                    Map.of(
                        "hidden.units",
                        "8",
                        "iterations",
                        "30",
                        "calibration.folds",
                        "2",
                        "budget",
                        "0.05")),
                report -> {},
                Optional.empty())
            .train(data.records().normal(), data.plan())
            .bundle();
  }

  @Test
  void shouldScoreAValueAlikeWhateverItIsWrittenAs() throws IOException {
    assertOneScore(1, "RUN", " RUN", "RUN     ", new GenericData.EnumSymbol(state(), "RUN"));
    assertOneScore(1, null, "", "   ", "NA", "?");
    assertOneScore(2, 1, 1.0, "1", "1.0", " 1 ", true, "true", "T", "yes");
    assertOneScore(2, 0, 0.0, "0", false, "False", "f", "no");
    assertOneScore(3, true, "true", "TRUE", "yes", "Yes", "t", 1, "1.0");
    assertOneScore(3, false, "no", "f", "0", 0);
    assertOneScore(4, 2, 2.0, "2", "2.0", " 2.00");
    assertOneScore(4, null, "", "NA", "N/A", "-");
    assertOneScore(4, "1D", "0x1p3");
    assertOneScore(5, 48L, 48.0, 48f, "48", "48.0", " 4.8e1 ");
    assertOneScore(5, null, "NaN", "null", Double.NaN);
    assertOneScore(
        0,
        "2026-01-07T10:00:00Z",
        "2026-01-07 10:00",
        "07.01.2026 11:00 +01:00",
        Instant.parse("2026-01-07T10:00:00Z").toEpochMilli());
  }

  private static Schema state() {
    return ANYTHING.getField("state").schema().getTypes().get(2);
  }

  /** Different things, so that the test cannot pass by not looking. */
  @Test
  void shouldTellValuesApart() throws IOException {
    assertThat(ofTopic(with(1, "STOP"))).isNotEqualTo(ofTopic(with(1, "RUN")));
    assertThat(ofTopic(with(2, false))).isNotEqualTo(ofTopic(with(2, true)));
    assertThat(ofTopic(with(4, "1D"))).isNotEqualTo(ofTopic(with(4, "1")));
    assertThat(ofTopic(with(5, "NaN"))).isNotEqualTo(ofTopic(with(5, "48")));
    assertThat(ofTopic(with(0, "2026-01-07 22:00")))
        .isNotEqualTo(ofTopic(with(0, "2026-01-07 10:00")));
  }

  private static void assertOneScore(int field, Object... alike) throws IOException {
    double expected = ofTopic(with(field, alike[0]));
    for (Object value : alike) {
      List<Object> record = with(field, value);
      String described = ANYTHING.getFields().get(field).name() + " = \"" + value + "\"";
      assertThat(ofTopic(record)).as("topic, %s", described).isEqualTo(expected);
      assertThat(ofAvroFile(record)).as("Avro file, %s", described).isEqualTo(expected);
      if (!(value instanceof GenericData.EnumSymbol)) {
        assertThat(ofCsvFile(record)).as("CSV, %s", described).isEqualTo(expected);
      }
    }
  }

  private static List<Object> with(int field, Object value) {
    List<Object> record = new ArrayList<>(USUAL);
    record.set(field, value);
    return record;
  }

  private static GenericRecord record(List<Object> values) {
    GenericRecord record = new GenericData.Record(ANYTHING);
    for (int i = 0; i < values.size(); i++) {
      record.put(i, values.get(i));
    }
    return record;
  }

  private static double ofTopic(List<Object> values) {
    try (SchemaRegistry registry =
            ConfluentSchemaRegistry.connect(Map.of("schema.registry.url", "mock://one-score"));
        AvroSerde<GenericRecord> serde = AvroSerde.generic(registry)) {
      byte[] message = serde.serializer().serialize("anything", record(values));
      ScoreOutcome outcome =
          new RecordScorer(bundle).score(serde.deserializer().deserialize("anything", message));
      assertThat(outcome).as("%s", values).isInstanceOf(ScoreOutcome.Scored.class);
      return ((ScoreOutcome.Scored) outcome).logLikelihood();
    }
  }

  private static double ofAvroFile(List<Object> values) throws IOException {
    Path file = directory.resolve("record.avro");
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(ANYTHING))) {
      writer.create(ANYTHING, file.toFile());
      writer.append(record(values));
    }
    return ofFile(file);
  }

  private static double ofCsvFile(List<Object> values) throws IOException {
    StringBuilder csv = new StringBuilder("at,state,flag,open,code,temp\n");
    for (int i = 0; i < values.size(); i++) {
      csv.append(i == 0 ? "" : ",").append(values.get(i) == null ? "" : values.get(i));
    }
    return ofFile(Files.writeString(directory.resolve("record.csv"), csv.append('\n')));
  }

  private static double ofFile(Path file) {
    ReadingOptions usual = ReadingOptions.USUAL;
    RecordSource source =
        RecordFiles.of(
            List.of(file),
            new ReadingOptions(
                usual.separator(),
                usual.decimalMark(),
                usual.encoding(),
                bundle.encoder().texts(),
                usual.normalLabel()));
    Table table =
        source.read(Evaluation.selection(bundle, Optional.empty(), Optional.empty())).table();
    ValueScorer scorer = new ValueScorer(bundle.encoder(), bundle.flow());
    assertThat(scorer.score(RecordValues.of(bundle.encoder(), table)[0]))
        .isEqualTo(SolveStatus.COMPLETED);
    return scorer.logLikelihood();
  }
}
