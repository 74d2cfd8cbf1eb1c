package io.lowtide.stream.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.feature.KeyHistory;
import io.lowtide.density.scoring.ScoreOutcome.Scored;
import io.lowtide.schemas.ShadowScore;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.detection.TimeShare;
import io.lowtide.stream.detection.Verdict;
import io.lowtide.stream.shadow.LiveComparison.Findings;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.IndexedRecord;
import org.junit.jupiter.api.Test;

class ShadowJudgeTest {

  private static final ActiveModel CHAMPION = new ActiveModel(TestModels.bundle("v1"), 0.05);
  private static final ActiveModel SHADOW = new ActiveModel(TestModels.bundle("v2"), 0.05);
  private static final Verdict.Scored NORMAL =
      new Verdict.Normal(new Scored(-2, -2, 0.5, 0.3, 14), Optional.empty());
  private static final Schema READING =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("temperature")
          .requiredDouble("pressure")
          .endRecord();

  private final ShadowSlot slot = new ShadowSlot();
  private long now;

  /** A record whose fields take a millisecond each to read, and may fail to be. */
  private IndexedRecord record(boolean fails) {
    return new IndexedRecord() {
      @Override
      public Schema getSchema() {
        return READING;
      }

      @Override
      public Object get(int field) {
        now += 1_000_000;
        if (fails) {
          throw new IllegalStateException("cannot be read");
        }
        return field == 0 ? 66.0 : 2.1;
      }

      @Override
      public void put(int field, Object value) {
        throw new UnsupportedOperationException("put");
      }
    };
  }

  private Optional<ShadowScore> compare(ShadowJudge judge, IndexedRecord record) {
    return judge.compare(CHAMPION, record, KeyHistory.EMPTY, NORMAL);
  }

  private Findings findings() {
    return slot.comparison().orElseThrow().findings();
  }

  @Test
  void shouldKeepTheFaultsOfAShadowToItself() {
    slot.use(SHADOW);
    ShadowJudge judge = new ShadowJudge(slot, () -> new TimeShare(1, () -> now));
    assertThat(compare(judge, record(true))).isEmpty();
    assertThat(compare(judge, record(false))).isPresent();
    judge.end();

    assertThat(findings().failed()).isEqualTo(1);
    assertThat(findings().compared()).isEqualTo(1);
  }

  /** Two milliseconds for the shadow, and as many for all else: a tenth is one record in ten. */
  @Test
  void shouldSpendNoMoreThanItsShareOnASlowShadow() {
    slot.use(SHADOW);
    TimeShare tenth = new TimeShare(0.1, () -> now);
    ShadowJudge judge = new ShadowJudge(slot, () -> tenth);
    for (int i = 0; i < 10_000; i++) {
      now += 2_000_000;
      compare(judge, record(false));
    }
    judge.end();

    // A tenth of a quarter of a second is saved up at the start.
    double spent = findings().compared() * 2e6;
    assertThat(spent).isBetween(0.09 * now, 0.11 * now + 0.025e9);
    assertThat(findings().compared() + findings().skipped()).isEqualTo(10_000);
  }

  @Test
  void shouldCostNothingWithoutAShadow() {
    ShadowJudge judge =
        new ShadowJudge(
            slot,
            () -> {
              throw new IllegalStateException("asked for time");
            });

    assertThat(compare(judge, record(true))).isEmpty();
    assertThat(slot.comparison()).isEmpty();
  }
}
