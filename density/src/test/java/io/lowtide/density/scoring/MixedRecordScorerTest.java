package io.lowtide.density.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.MixedFeatures;
import io.lowtide.density.bundle.BundleCodec;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.feature.KeyHistory;
import io.lowtide.density.scoring.ScoreOutcome.Reason;
import io.lowtide.density.scoring.ScoreOutcome.Scored;
import io.lowtide.density.scoring.ScoreOutcome.Unscorable;
import io.lowtide.schemas.ContextValue;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.FieldContribution;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;

class MixedRecordScorerTest {

  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Payment", "fields": [
                {"name": "amount", "type": "double"},
                {"name": "delay", "type": ["null", "int"]},
                {"name": "colour", "type": ["null", "string", "boolean",
                  {"type": "enum", "name": "Colour", "symbols": ["red", "blue"]}, "double", "long"]},
                {"name": "at", "type": ["null", "string", "double",
                  {"type": "long", "logicalType": "timestamp-millis"}]},
                {"name": "site", "type": ["null", "string", {"type": "array", "items": "int"}]}
              ]}
              """);

  private static final long NOON = 1_767_355_200_000L;

  private final ModelBundle bundle = MixedFeatures.bundle();
  private final RecordScorer scorer = new RecordScorer(bundle);

  private static GenericRecord payment(
      double amount, Integer delay, Object colour, Object at, Object site) {
    GenericRecord record = new GenericData.Record(SCHEMA);
    record.put("amount", amount);
    record.put("delay", delay);
    record.put("colour", colour);
    record.put("at", at);
    record.put("site", site);
    return record;
  }

  private double logLikelihood(GenericRecord record) {
    return ((Scored) scorer.score(record)).logLikelihood();
  }

  @Test
  void shouldReadACategoryWhateverItsTypeIs() {
    double expected = logLikelihood(payment(2, 3, new Utf8("red"), NOON, "north"));
    assertThat(logLikelihood(payment(2, 3, "red", NOON, new Utf8("north")))).isEqualTo(expected);
    Object symbol =
        new GenericData.EnumSymbol(SCHEMA.getField("colour").schema().getTypes().get(3), "red");
    assertThat(logLikelihood(payment(2, 3, symbol, NOON, "north"))).isEqualTo(expected);
  }

  @Test
  void shouldGiveEveryUnknownCategoryTheSameProbability() {
    double expected = logLikelihood(payment(2, 3, "green", NOON, "north"));
    for (Object unknown : new Object[] {"violet", true, 17L, 2.5}) {
      assertThat(logLikelihood(payment(2, 3, unknown, NOON, "north"))).isEqualTo(expected);
    }
    // Neither blue nor an unknown colour has an entry in the context.
    assertThat(logLikelihood(payment(2, 3, "blue", NOON, "north")) - expected)
        .isCloseTo(Math.log(0.25 / 0.02), within(1e-9));
    assertThat(logLikelihood(payment(2, 3, null, NOON, "north")) - expected)
        .isCloseTo(Math.log(0.03 / 0.02), within(1e-9));
  }

  @Test
  void shouldTakeAnEmptyTextForAMissingCategory() {
    assertThat(logLikelihood(payment(2, 3, "", NOON, "")))
        .isEqualTo(logLikelihood(payment(2, 3, null, NOON, null)));
  }

  @Test
  void shouldReadATimeWhateverItsFormIs() {
    double expected = logLikelihood(payment(2, 3, "red", NOON, "north"));
    for (Object same :
        new Object[] {
          "2026-01-02T12:00:00Z",
          "2026-01-02 12:00:00",
          "2026-01-02 12:00:00 UTC",
          "2026-01-02T14:00:00+0200",
          "2026-01-02T14:00:00.000+02",
          new Utf8("2026-01-02T14:00+02:00"),
          NOON
        }) {
      assertThat(logLikelihood(payment(2, 3, "red", same, "north"))).isEqualTo(expected);
    }
    assertThat(logLikelihood(payment(2, 3, "red", NOON + 6 * 3_600_000, "north")))
        .isNotEqualTo(expected);
  }

  @Test
  void shouldNameWhatDoesNotFit() {
    assertUnscorable(
        payment(2, 3, "red", null, "north"), Reason.MISSING_FIELD, "\"at\": null, expected a time");
    assertUnscorable(
        payment(2, 3, "red", "noon", "north"), Reason.WRONG_TYPE, "\"at\": noon, expected a time");
    assertUnscorable(
        payment(2, 3, "red", NOON, List.of(1)),
        Reason.WRONG_TYPE,
        "\"site\": List12, expected text, an enum");
    assertUnscorable(
        payment(Double.NaN, 3, "red", NOON, "north"), Reason.NOT_FINITE, "\"amount\": NaN");
  }

  private void assertUnscorable(GenericRecord record, Reason reason, String message) {
    assertThat(scorer.score(record))
        .isInstanceOfSatisfying(
            Unscorable.class,
            unscorable -> {
              assertThat(unscorable.reason()).isEqualTo(reason);
              assertThat(unscorable.message()).contains(message);
            });
  }

  @Test
  void shouldScoreAMissingValueAsSuchAndNameIt() {
    Scored scored = (Scored) scorer.score(payment(2, null, "red", NOON, "north"));
    assertThat(scored.logLikelihood()).isFinite();
    assertThat(scorer.explain().contributions())
        .contains(
            new FieldContribution(
                "delay",
                null,
                null,
                "missing",
                "present",
                Math.log(0.04) - Math.log1p(-0.04),
                null,
                null));
  }

  @Test
  void shouldTakeAFieldThatTheSchemaLacksAsMissingWhereItMayBe() {
    Schema older =
        SchemaBuilder.record("Payment")
            .fields()
            .requiredDouble("amount")
            .requiredString("colour")
            .requiredLong("at")
            .endRecord();
    GenericRecord record = new GenericData.Record(older);
    record.put("amount", 2.0);
    record.put("colour", "red");
    record.put("at", NOON);
    double expected = logLikelihood(payment(2, null, "red", NOON, null));
    assertThat(logLikelihood(record)).isEqualTo(expected);
    assertThat(logLikelihood(record)).isEqualTo(expected);
  }

  @Test
  void shouldNameARareCategoryInTheExplanation() {
    scorer.score(payment(2, 3, "green", NOON, "north"));
    assertThat(scorer.explain().contributions())
        .contains(
            new FieldContribution(
                "colour", null, null, "green", "red", Math.log(0.02) - Math.log(0.7), null, null));
    scorer.score(payment(2, 3, "blue", NOON, "north"));
    assertThat(scorer.explain().contributions())
        .noneMatch(contribution -> contribution.getText() != null);
  }

  @Test
  void shouldTellNoMoreThanTheBeginningOfALongCategory() {
    scorer.score(payment(2, 3, "x".repeat(300_000), NOON, "y".repeat(300_000)));
    assertThat(scorer.explain().contributions())
        .extracting(FieldContribution::getText)
        .contains("x".repeat(200) + "...");
    assertThat(scorer.context())
        .extracting(ContextValue::getText)
        .contains("x".repeat(200) + "...", "y".repeat(200) + "...");
  }

  @Test
  void shouldJudgeByTheRecordsBeforeOfTheSameKey() {
    KeyHistory past = KeyHistory.EMPTY;
    GenericRecord first = payment(1, 3, "red", NOON, "north");
    GenericRecord second = payment(2, 3, "red", NOON, "north");
    scorer.score(first, past);
    past = scorer.historyAfter(past);
    double afterOne = ((Scored) scorer.score(second, past)).logLikelihood();
    assertThat(scorer.context())
        .containsExactly(
            new ContextValue("colour", 0, "red"),
            new ContextValue("at", 0, "2026-01-02T12:00:00Z"),
            new ContextValue("site", 0, "north"),
            new ContextValue("amount", 1, "1"),
            new ContextValue("amount", 2, "missing"));
    past = scorer.historyAfter(past);
    double afterTwo = ((Scored) scorer.score(second, past)).logLikelihood();
    assertThat(afterTwo).isNotEqualTo(afterOne);
    past = scorer.historyAfter(past);
    assertThat(past.values().get("amount")).containsExactly(2, 2);
    assertThat(scorer.usesHistory()).isTrue();
  }

  @Test
  void shouldScoreTheRecordAfterAnAbsurdOne() {
    for (double absurd : new double[] {1e30, -1e300}) {
      KeyHistory past = new KeyHistory(Map.of("amount", new double[] {absurd}));
      assertThat(scorer.score(payment(2, 3, "red", NOON, "north"), past))
          .isInstanceOfSatisfying(
              Scored.class, scored -> assertThat(scored.logLikelihood()).isGreaterThan(-1e4));
    }
  }

  @Test
  void shouldGoOnFromAHistoryOfOtherFields() {
    KeyHistory foreign = new KeyHistory(Map.of("speed", new double[] {1, 2, 3}));
    scorer.score(payment(1, 3, "red", NOON, "north"), foreign);
    assertThat(scorer.historyAfter(foreign).values().keySet()).containsExactly("amount");
  }

  @Test
  void shouldKeepItsScoresThroughTheBundle() throws Exception {
    DensityModel record = bundle.record();
    ModelBundle read = BundleCodec.decode(BundleCodec.encode(bundle), record.getSchema());
    GenericRecord payment = payment(5, null, "violet", NOON, "south");
    assertThat(new RecordScorer(read).score(payment)).isEqualTo(scorer.score(payment));
    assertThat(record.getProbes())
        .anyMatch(probe -> Double.isNaN(probe.getValues().get(1)))
        .allMatch(probe -> probe.getContext().size() == MixedFeatures.CONTEXT);
  }
}
