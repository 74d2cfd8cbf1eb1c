package io.lowtide.trainer.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.schemas.DateOrder;
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
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
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

  private static PlannedField number(IntToDoubleFunction values) {
    double[][] rows = new double[RECORDS][];
    Random random = new Random(3);
    for (int i = 0; i < RECORDS; i++) {
      rows[i] = new double[] {values.applyAsDouble(i), random.nextGaussian()};
    }
    return PlanInference.fields(new Table("t", List.of("x", "noise"), rows)).get(0);
  }

  private static PlannedField text(IntFunction<String> values) {
    List<String> texts = IntStream.range(0, RECORDS).mapToObj(values).distinct().toList();
    double[][] rows = new double[RECORDS][];
    for (int i = 0; i < RECORDS; i++) {
      rows[i] = new double[] {texts.indexOf(values.apply(i))};
    }
    return PlanInference.fields(new Table("t", List.of("x"), rows, Map.of("x", texts))).get(0);
  }

  private static int shuffled(int i) {
    return 37 * i % RECORDS;
  }

  @Test
  void shouldTellTheRangeOfMeasurementsToFourDigitsAndThatOfCountsExactly() {
    assertThat(number(i -> shuffled(i) / 7.0 + 1e-9).reason())
        .startsWith("numbers from 1.000e-09 to 114.1, 800 different");
    assertThat(number(i -> 1_000_000 + shuffled(i) % 200).reason())
        .startsWith("whole numbers from 1000000 to 1000199, 200 different");
    assertThat(number(i -> 48.1 + 1e-7 * shuffled(i)).reason())
        .startsWith("numbers from 48.1 to 48.10008, 800 different");
  }

  @Test
  void shouldNameAndLeaveOutColumnsThatOnlyGoOn() {
    Random random = new Random(1);
    assertThat(number(i -> i).reason())
        .startsWith("goes up from 0 to 799 with the records")
        .endsWith("a row number or identifier says nothing of what is normal");
    for (IntToDoubleFunction column :
        List.<IntToDoubleFunction>of(
            i -> i,
            i -> 1e6 - 3 * i,
            i -> 5_000 + 2 * i + i % 2,
            i -> 20_260_101 + i / 30,
            i -> i + 30 * random.nextGaussian(),
            i -> 7 + i / 80)) {
      assertThat(number(column).isLeftOut()).as(number(column).reason()).isTrue();
      assertThat(number(column).reason()).contains("with the records");
    }
    assertThat(number(PlanInferenceTest::shuffled).reason()).contains("none of them twice");
    assertThat(number(i -> 1_000 * random.nextDouble()).isLeftOut()).isFalse();
    assertThat(number(i -> Math.rint(1e9 * random.nextDouble())).isLeftOut()).isFalse();
    assertThat(number(i -> Math.sin(i / 40.0) + 0.001 * i).isLeftOut()).isFalse();
  }

  @Test
  void shouldSeeThatAColumnGoesOnForEachKey() {
    double[][] rows = new double[RECORDS][];
    Random random = new Random(2);
    int[] counts = {0, 50_000, 90_000, 20_000};
    for (int i = 0; i < RECORDS; i++) {
      int key = random.nextInt(counts.length);
      counts[key] += 1 + random.nextInt(9);
      rows[i] = new double[] {key, counts[key], random.nextGaussian()};
    }
    Table table =
        new Table(
            "t",
            List.of("machine", "total", "x"),
            rows,
            Map.of("machine", List.of("a", "b", "c", "d")));
    assertThat(PlanInference.fields(table).get(1).roles()).containsExactly(Continuous.inferred());
    assertThat(PlanInference.fields(table, Optional.of("machine")).get(0).roles())
        .containsExactly(Continuous.change());
  }

  @Test
  void shouldTakeEpochsForTimesInAnyUnit() {
    for (double unit : new double[] {1, 1e3, 1e6, 1e9}) {
      PlannedField field = number(i -> (1_767_600_000.0 + 3_600 * i) * unit);
      assertThat(field.roles()).containsExactly(new Cycle(86_400), new Cycle(604_800));
      assertThat(field.reason()).startsWith("numbers that are times from 2026-01-05T08:00:00Z");
    }
    assertThat(number(i -> (1_767_600_000.0 + 3_600 * shuffled(i)) * 1e3).roles())
        .contains(new Cycle(86_400));
    assertThat(number(i -> 1.5e9 + 1e6 * (i % 97)).roles()).containsExactly(Continuous.inferred());
  }

  private static double digits(LocalDateTime time, String pattern) {
    return Double.parseDouble(time.format(DateTimeFormatter.ofPattern(pattern)));
  }

  @Test
  void shouldTakeDatesWhoseDigitsAreOneNumberForTimes() {
    LocalDateTime start = LocalDateTime.of(2026, 1, 5, 0, 0, 59);
    for (IntUnaryOperator order : List.<IntUnaryOperator>of(i -> i, PlanInferenceTest::shuffled)) {
      PlannedField field =
          number(i -> digits(start.plusHours(order.applyAsInt(i)), "yyyyMMddHHmmss"));
      assertThat(field.roles()).containsExactly(new Cycle(86_400), new Cycle(604_800));
      assertThat(field.reason())
          .startsWith("numbers that are times from 2026-01-05T00:00:59Z to 2026-02-07T07:00:59Z");
    }
    Random random = new Random(7);
    PlannedField count = number(i -> 20_260_105_000_000.0 + random.nextInt(1_000_000));
    assertThat(count.roles()).as(count.reason()).containsExactly(Continuous.inferred());
  }

  @Test
  void shouldSayHowDatesMustBeWrittenThatAreNumbersOfDays() {
    LocalDateTime start = LocalDateTime.of(2026, 1, 5, 8, 30);
    PlannedField days = number(i -> digits(start.plusDays(shuffled(i) / 20), "yyyyMMdd"));
    assertThat(days.isLeftOut()).isTrue();
    assertThat(days.reason())
        .isEqualTo(
            "numbers from 20260105 to 20260213: dates, it seems, which records are judged under"
                + " where they are written like 2026-01-05");
    PlannedField minutes = number(i -> digits(start.plusMinutes(shuffled(i)), "yyyyMMddHHmm"));
    assertThat(minutes.isLeftOut()).isTrue();
    assertThat(minutes.reason()).endsWith("written like 2026-01-05 08:30");
    assertThat(number(i -> digits(start.plusDays(i / 20), "yyyyMMdd")).reason())
        .startsWith("goes up from 20260105 to 20260213 with the records")
        .endsWith(
            "lie beyond it: dates, it seems, which records are judged under where they are written"
                + " like 2026-01-05");

    Random random = new Random(8);
    PlannedField amounts = number(i -> 20_260_000 + random.nextInt(1_300));
    assertThat(amounts.roles()).as(amounts.reason()).containsExactly(Continuous.inferred());
    assertThat(number(i -> 20_260_105.0 + i % 3).roles()).containsExactly(Continuous.inferred());
  }

  @Test
  void shouldNotTakeIdentifiersOf64BitsForTimesOrAmounts() {
    Random random = new Random(9);
    for (IntToDoubleFunction ids :
        List.<IntToDoubleFunction>of(
            i -> random.nextLong(),
            i -> random.nextLong() >>> 1,
            i -> 1_100_000_000_000_000_000L + (random.nextLong() >> 11),
            i -> 1_000_000_000_000_000_000L + (random.nextLong() >>> 5))) {
      PlannedField field = number(ids);
      assertThat(field.isLeftOut()).as(field.reason()).isTrue();
      assertThat(field.reason()).startsWith("whole numbers of up to 19 digits, more than amounts");
    }
    for (IntToDoubleFunction amounts :
        List.<IntToDoubleFunction>of(
            i -> 1e15 * Math.rint(1_100 + 100 * random.nextGaussian()),
            i -> Math.exp(20 + 20 * random.nextDouble()))) {
      PlannedField field = number(amounts);
      assertThat(field.roles()).as(field.reason()).containsExactly(Continuous.inferred());
    }
  }

  @Test
  void shouldTakeNanosecondsForTimesInWhateverOrderTheyCome() {
    long start = 1_767_600_000_000_000_000L;
    Random random = new Random(10);
    for (IntToDoubleFunction times :
        List.<IntToDoubleFunction>of(
            i -> start + 3_600_000_000_000L * shuffled(i) + random.nextInt(1_000_000_000),
            i -> start + 36_000_000_000_000L * i + random.nextInt(1_000_000_000),
            i -> start - 86_400_000_000_000L * shuffled(i) + 1_000L * random.nextInt(1_000_000))) {
      PlannedField field = number(times);
      assertThat(field.roles()).as(field.reason()).contains(new Cycle(86_400));
    }
  }

  @Test
  void shouldScoreACounterByItsChange() {
    double[] counter = new double[RECORDS];
    Random random = new Random(5);
    for (int i = 1; i < RECORDS; i++) {
      counter[i] = counter[i - 1] + Math.abs(random.nextGaussian());
    }
    PlannedField field = number(i -> counter[i]);
    assertThat(field.roles()).containsExactly(Continuous.change());
    assertThat(field.rolesText()).isEqualTo("continuous difference");
    assertThat(field.reason()).endsWith("a counter, scored by its change");
    assertThat(number(i -> counter[i] % 250).reason()).contains("begins anew, as counters do");
  }

  @Test
  void shouldSayHowToScoreTheChangeOfWhatMayBeACounterOrAnIdentifierWithGaps() {
    double[] column = new double[RECORDS];
    Random random = new Random(6);
    for (int i = 1; i < RECORDS; i++) {
      column[i] = column[i - 1] + 1 + random.nextInt(5);
    }
    PlannedField field = number(i -> column[i]);
    assertThat(field.isLeftOut()).isTrue();
    assertThat(field.reason())
        .contains("a row number or identifier, it seems")
        .endsWith("if it is a counter, \"continuous difference\" scores its change");
  }

  @Test
  void shouldNeverTakeAGrowingTextForACategory() {
    Random random = new Random(4);
    assertThat(text(i -> "B" + i / 40).reason()).contains("the next ones are none of them");
    assertThat(text(i -> "1." + i / 200 + ".0").isLeftOut()).isTrue();
    assertThat(
            text(i -> "v" + (int) Math.max(0, i / 130.0 + random.nextGaussian() / 4)).isLeftOut())
        .isTrue();
    assertThat(text(i -> "m" + random.nextInt(40)).roles()).containsExactly(new Categorical());
    assertThat(text(i -> i < 500 ? "old" : "new").roles()).containsExactly(new Categorical());
  }

  @Test
  void shouldShowATextOfAColumnThatIsLeftOutForItsManyTexts() {
    assertThat(text(i -> "id-" + i).reason())
        .isEqualTo(
            "800 different texts in 800 records, such as \"id-0\": an identifier says nothing of"
                + " what is normal");
    assertThat(text(i -> shuffled(i) % 200 + ".5 ms").reason())
        .isEqualTo(
            "200 different texts in 800 records, such as \"0.5 ms\": too many for a category, and"
                + " neither numbers nor times");
  }

  @Test
  void shouldSayOfATextThatIsAlwaysTheSameThatItsChangeIsTold() {
    PlannedField field = text(i -> "plant 7");
    assertThat(field.roles()).containsExactly(new Categorical());
    assertThat(field.reason()).isEqualTo("always \"plant 7\"; told when it changes");
  }

  @Test
  void shouldTakePlaceholdersAmongDatesForMissingOnes() {
    PlannedField field =
        text(i -> i % 400 == 3 ? "unknown" : LocalDate.of(2026, 1, 5).plusDays(i / 20).toString());
    assertThat(field.roles()).containsExactly(new Cycle(604_800));
    assertThat(field.reason())
        .contains("missing in 2 of 800 records, \"unknown\" and the like in 2 of them");
    PlannedField far =
        text(
            i ->
                i % 400 == 3
                    ? "9999-12-31"
                    : Instant.parse("2026-01-05T00:00:00Z").plusSeconds(600L * i).toString());
    assertThat(far.reason())
        .startsWith("times from 2026-01-05T00:00:00Z to 2026-01-10T13:10:00Z, and placeholders")
        .contains("9999-12-31T00:00:00Z in 2");
  }

  @Test
  void shouldAskForTheOrderOfDayAndMonthWhereTheDataDoNotSay() {
    DateTimeFormatter us = DateTimeFormatter.ofPattern("MM/dd/yyyy");
    assertThat(text(i -> LocalDate.of(2026, 1, 1).plusDays(i / 20).format(us)).roles())
        .containsExactly(new Cycle(604_800, "", DateOrder.MONTH_FIRST));
    PlannedField ambiguous = text(i -> LocalDate.of(2026, 1 + i % 12, 1 + i % 7).format(us));
    assertThat(ambiguous.isLeftOut()).isTrue();
    assertThat(ambiguous.reason()).contains("say which", "cycle week day-first");
  }

  @Test
  void shouldLearnADayFromTimesOfDay() {
    PlannedField field = text(i -> "%02d:%02d".formatted(i % 24, i % 60));
    assertThat(field.roles()).containsExactly(new Cycle(86_400));
    assertThat(field.reason()).startsWith("times of day from 00:00:00 to 23:59:00");
  }

  @Test
  void shouldReadAndWriteZonesOrdersAndChanges() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("features.properties"),
            """
            at = cycle day Europe/Berlin day-first, cycle week Europe/Berlin
            speed = continuous smoothing 0.3 difference
            """);
    FeaturePlan plan = FeaturePlanFile.read(file, table().columns());
    assertThat(plan.roles().get("at"))
        .containsExactly(
            new Cycle(86_400, "Europe/Berlin", DateOrder.DAY_FIRST),
            new Cycle(604_800, "Europe/Berlin", DateOrder.UNSTATED));
    assertThat(plan.roles().get("at").stream().map(FieldRoleText::of))
        .containsExactly("cycle day Europe/Berlin day-first", "cycle week Europe/Berlin");
    assertThat(FieldRoleText.of(plan.roles().get("speed").get(0)))
        .isEqualTo("continuous smoothing 0.3 difference");
    assertRefused("at = cycle day Berlin", "expected a time zone like Europe/Berlin");
    assertRefused("at = cycle day UTC CET", "\"CET\" is one word too many");
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
