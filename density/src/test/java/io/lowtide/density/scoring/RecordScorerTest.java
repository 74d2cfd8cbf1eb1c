package io.lowtide.density.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.TestBundles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.scoring.ScoreOutcome.Reason;
import io.lowtide.density.scoring.ScoreOutcome.Scored;
import io.lowtide.density.scoring.ScoreOutcome.Unscorable;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.Probe;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

class RecordScorerTest {

  private static final Schema MACHINE =
      SchemaBuilder.record("Machine").fields().requiredDouble("current").endRecord();

  private static final Schema SCHEMA =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredString("id")
          .optionalDouble("temperature")
          .name("machine")
          .type()
          .unionOf()
          .nullType()
          .and()
          .type(MACHINE)
          .endUnion()
          .nullDefault()
          .requiredFloat("pressure")
          .requiredInt("line")
          .endRecord();

  private final ModelBundle bundle = TestBundles.bundle();
  private final RecordScorer scorer = new RecordScorer(bundle);

  @Test
  void shouldScoreAProbeAsTrainingDid() {
    Probe probe = bundle.record().getProbes().get(0);
    List<Double> values = probe.getValues();
    GenericRecord record = reading(values.get(0), values.get(1), values.get(2).floatValue(), 7);
    assertThat(scorer.score(record))
        .isInstanceOfSatisfying(
            Scored.class,
            scored -> {
              assertThat(scored.logLikelihood()).isCloseTo(probe.getLogLikelihood(), within(1e-3));
              assertThat(scored.pValue())
                  .isEqualTo(bundle.calibration().pValue(scored.logLikelihood()));
              assertThat(scored.evaluations()).isPositive();
            });
  }

  @Test
  void shouldRankAnExtremeRecordAsExtreme() {
    Scored scored = (Scored) scorer.score(reading(1e30, 10, 5, 7));
    assertThat(scored.logLikelihood()).isFinite().isLessThan(-1e50);
    assertThat(scored.pValue()).isEqualTo(bundle.calibration().smallestPValue());
    assertThat(scored.severity()).isFinite().isGreaterThan(10);
  }

  @Test
  void shouldCountAChangedConstant() {
    Scored same = (Scored) scorer.score(reading(60, 10, 5, 7));
    Scored changed = (Scored) scorer.score(reading(60, 10, 5, 8));
    assertThat(same.logLikelihood() - changed.logLikelihood())
        .isCloseTo(Math.log(0.999 / 0.001), within(1e-9));
  }

  @Test
  void shouldNameAMissingField() {
    assertUnscorable(readingWith(null, 10.0), Reason.MISSING_FIELD, "field \"temperature\": null");
    GenericRecord other = new GenericData.Record(MACHINE);
    other.put("current", 1.0);
    assertUnscorable(other, Reason.MISSING_FIELD, "field \"temperature\": not in schema Machine");
    GenericRecord withoutMachine = reading(60, 10, 5, 7);
    withoutMachine.put("machine", null);
    assertUnscorable(withoutMachine, Reason.MISSING_FIELD, "field \"machine.current\"");
    assertThat(scorer.score(reading(60, 10, 5, 7))).isInstanceOf(Scored.class);
  }

  @Test
  void shouldNameAFieldOfTheWrongType() {
    Schema schema =
        SchemaBuilder.record("Reading").fields().requiredString("temperature").endRecord();
    GenericRecord record = new GenericData.Record(schema);
    record.put("temperature", "hot");
    assertUnscorable(
        record, Reason.WRONG_TYPE, "field \"temperature\": \"hot\", expected a number");
  }

  @Test
  void shouldNameAFieldThatIsNotFinite() {
    for (double value :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      assertUnscorable(
          reading(value, 10, 5, 7), Reason.NOT_FINITE, "field \"temperature\": " + value);
    }
  }

  @Test
  void shouldNameAFieldOutsideTheDomainOfItsTransform() {
    assertUnscorable(
        reading(60, 10, -1.5f, 7),
        Reason.OUTSIDE_DOMAIN,
        "field \"pressure\": -1.5, outside the domain");
  }

  @Test
  void shouldNameTheFieldWhoseNumberOverflows() {
    assertUnscorable(
        reading(1e300, 10, 5, 7), Reason.OVERFLOW, "field \"temperature\": 1.0E300 is farthest");
  }

  @Test
  void shouldExplainTheDifferenceToTheNearestNormalRecord() {
    GenericRecord record = reading(95, 10, 5, 7);
    Scored scored = (Scored) scorer.score(record);
    List<FieldContribution> explanation = scorer.explain().contributions();
    assertThat(explanation.get(0).getField()).isEqualTo("temperature");
    assertThat(explanation.get(0).getValue()).isEqualTo(95);
    assertThat(explanation.get(0).getNormalValue()).isBetween(40.0, 85.0);
    assertThat(explanation.get(0).getContribution()).isNegative();

    GenericRecord normal = reading(0, 0, 0, 7);
    for (FieldContribution contribution : explanation) {
      switch (contribution.getField()) {
        case "temperature" -> normal.put("temperature", contribution.getNormalValue());
        case "pressure" -> normal.put("pressure", contribution.getNormalValue().floatValue());
        default ->
            ((GenericRecord) normal.get("machine")).put("current", contribution.getNormalValue());
      }
    }
    Scored nearest = (Scored) scorer.score(normal);
    assertThat(nearest.pValue()).isGreaterThan(0.04);
    double sum = explanation.stream().mapToDouble(FieldContribution::getContribution).sum();
    assertThat(sum).isCloseTo(scored.logLikelihood() - nearest.logLikelihood(), within(0.01));
  }

  @Test
  void shouldNameAChangedConstantInTheExplanation() {
    scorer.score(reading(60, 10, 5, 9));
    List<FieldContribution> explanation = scorer.explain().contributions();
    assertThat(explanation)
        .anySatisfy(
            contribution -> {
              assertThat(contribution.getField()).isEqualTo("line");
              assertThat(contribution.getValue()).isEqualTo(9);
              assertThat(contribution.getNormalValue()).isEqualTo(7);
              assertThat(contribution.getContribution())
                  .isCloseTo(Math.log(0.001 / 0.999), within(1e-9));
            });
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

  private static GenericRecord reading(
      double temperature, double current, float pressure, int line) {
    GenericRecord record = readingWith(temperature, current);
    record.put("pressure", pressure);
    record.put("line", line);
    return record;
  }

  private static GenericRecord readingWith(Double temperature, double current) {
    GenericRecord machine = new GenericData.Record(MACHINE);
    machine.put("current", current);
    GenericRecord record = new GenericData.Record(SCHEMA);
    record.put("id", "r");
    record.put("temperature", temperature);
    record.put("machine", machine);
    record.put("pressure", 5f);
    record.put("line", 7);
    return record;
  }
}
