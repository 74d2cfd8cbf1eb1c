package io.lowtide.trainer.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.RecordFiles;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.data.TableSelection;
import io.lowtide.trainer.feature.FieldRole.Categorical;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Cycle;
import io.lowtide.trainer.feature.FieldRole.Ignored;
import io.lowtide.trainer.feature.FieldRole.Lag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanInferenceTest {

  private static final int RECORDS = 800;

  @TempDir private Path directory;
  private Path data;

  @BeforeEach
  void writeRecords() throws IOException {
    StringBuilder csv = new StringBuilder("at,id,mode,speed,count,note,level\n");
    Instant start = Instant.parse("2026-01-05T00:00:00Z");
    for (int i = 0; i < RECORDS; i++) {
      csv.append(start.plusSeconds(3_600L * i)).append(',');
      csv.append("r-").append(i).append(',');
      csv.append(i % 3 == 0 ? "idle" : "running").append(',');
      csv.append(i % 50 == 7 ? "" : 10 + i % 97 / 10.0).append(',');
      csv.append(i % 12).append(",,7\n");
    }
    data = Files.writeString(directory.resolve("records.csv"), csv);
  }

  private Table table() {
    return RecordFiles.of(data).read(TableSelection.everything()).table();
  }

  @Test
  void shouldTakeEachFieldForWhatItLooksLikeAndSayWhy() {
    Map<String, PlannedField> fields =
        PlanInference.fields(table()).stream()
            .collect(Collectors.toMap(PlannedField::name, field -> field));
    assertThat(fields.get("at").roles()).containsExactly(new Cycle(86_400), new Cycle(604_800));
    assertThat(fields.get("at").reason())
        .isEqualTo(
            "times from 2026-01-05T00:00:00Z to 2026-02-07T07:00:00Z; records are judged under it");
    assertThat(fields.get("id").roles()).containsExactly(new Ignored());
    assertThat(fields.get("id").reason()).startsWith("800 different texts in 800 records");
    assertThat(fields.get("mode").roles()).containsExactly(new Categorical());
    assertThat(fields.get("mode").reason())
        .isEqualTo("text of 2 values, most often \"running\" (67 %)");
    assertThat(fields.get("speed").roles()).containsExactly(Continuous.inferred());
    assertThat(fields.get("speed").reason())
        .isEqualTo("numbers from 10 to 19.6, 97 different, missing in 16 of 800 records");
    assertThat(fields.get("count").reason()).startsWith("whole numbers from 0 to 11, 12 different");
    assertThat(fields.get("note").roles()).containsExactly(new Ignored());
    assertThat(fields.get("level").reason()).startsWith("always 7; left out of the density");
  }

  @Test
  void shouldTakeADateThatManyRecordsShareForATime() {
    double[][] rows = new double[600][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {i / 30};
    }
    List<String> days =
        IntStream.range(0, 20)
            .mapToObj(LocalDate.of(2026, 1, 5)::plusDays)
            .map(String::valueOf)
            .toList();
    PlannedField field =
        PlanInference.fields(new Table("t", List.of("day"), rows, Map.of("day", days))).get(0);
    assertThat(field.roles()).containsExactly(new Cycle(604_800));
    assertThat(field.reason()).startsWith("times from 2026-01-05T00:00:00Z");
  }

  @Test
  void shouldNotTakeTextsOfDigitsForTimes() {
    double[][] rows = new double[600][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {i, i % 2};
    }
    List<String> orders =
        IntStream.range(0, 600).mapToObj(i -> String.valueOf(1_000_000 + 9_876 * i)).toList();
    Table table =
        new Table(
            "t",
            List.of("order", "status"),
            rows,
            Map.of("order", orders, "status", List.of("200", "404")));
    List<PlannedField> fields = PlanInference.fields(table);
    assertThat(fields.get(0).roles()).containsExactly(new Ignored());
    assertThat(fields.get(0).reason()).startsWith("600 different texts in 600 records");
    assertThat(fields.get(1).roles()).containsExactly(new Categorical());
  }

  @Test
  void shouldReadBackWhatItWrote() throws IOException {
    Path file = directory.resolve("features.properties");
    List<PlannedField> fields = PlanInference.fields(table());
    Files.writeString(file, FeaturePlanFile.text(fields));
    assertThat(FeaturePlanFile.read(file, table().columns())).isEqualTo(PlanInference.plan(fields));
  }

  @Test
  void shouldReadBackNamesOfAnyCharacters() throws IOException {
    Path file = directory.resolve("features.properties");
    List<String> names = List.of("a b", "Größe:°C=1", "#!\\", "two\nlines\tand a tab", "値.x");
    List<PlannedField> fields =
        names.stream()
            .map(name -> new PlannedField(name, List.of(Continuous.inferred()), "two\nlines"))
            .toList();
    Files.writeString(file, FeaturePlanFile.text(fields));
    assertThat(FeaturePlanFile.read(file, names).fields()).isEqualTo(names);
  }

  @Test
  void shouldReadWhatAPersonWrote() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("features.properties"),
            """
            # edited
            speed = continuous log resolution 0.1 smoothing 0.3, lag 1, lag 12
            count = context category
            at = cycle 7200
            """);
    FeaturePlan plan = FeaturePlanFile.read(file, table().columns());
    assertThat(plan.roles().get("speed")).contains(new Lag(1), new Lag(12));
    assertThat(plan.fields()).containsExactly("at", "speed", "count");
    assertThat(plan.selection(Optional.empty(), Optional.of("id")).columns())
        .containsExactly("at", "speed", "count", "id");
    assertThat(plan.selection(Optional.empty(), Optional.of("id")).texts())
        .containsExactlyInAnyOrder("at", "count", "id");
  }

  @Test
  void shouldNameWhatIsWrongWithAPlan() {
    assertRefused(
        "sped = continuous", "field \"sped\" is not in the data; did you mean \"speed\"?");
    assertRefused("speed = continous", "role \"continous\": did you mean \"continuous\"?");
    assertRefused("speed = lag 0", "role \"lag 0\": expected a whole number from 1");
    assertRefused("speed = lag", "role \"lag\": expected how many records before");
    assertRefused("speed = continuous resolution x", "expected a number of at least 0");
    assertRefused("speed = continuous, ignore now", "\"now\" is one word too many");
    assertRefused("at = cycle fortnight", "in the place of \"fortnight\"");
    assertRefused("speed = continuous, categorical", "continuous or categorical alone");
    assertRefused("speed = continuous, context number", "alone but for cycles and lags");
    assertRefused("mode = categorical", "none is continuous, expected at least one");
    assertRefused("speed = continuous\nspeed = lag 1", "field \"speed\" twice, expected one line");
    assertRefused("speed = context", "expected number or category");
  }

  @Test
  void shouldSayThatAPlanIsInAnotherEncoding() throws IOException {
    Path file =
        Files.write(
            directory.resolve("latin.properties"),
            "größe = continuous".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> FeaturePlanFile.read(file, table().columns()))
        .isInstanceOf(DataException.class)
        .hasMessage(file + ": not in UTF-8, expected that encoding");
  }

  private void assertRefused(String line, String message) {
    assertThatThrownBy(
            () ->
                FeaturePlanFile.read(
                    Files.writeString(directory.resolve("wrong.properties"), line),
                    table().columns()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }
}
