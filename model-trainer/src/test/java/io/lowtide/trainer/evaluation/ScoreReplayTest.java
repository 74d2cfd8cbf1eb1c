package io.lowtide.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ScoreReplayTest {

  static {
    GeneratedClasses.trust();
  }

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final double BUDGET = 0.01;
  private static final AlertRules AS_IT_WAS =
      new AlertRules(OptionalDouble.empty(), Duration.ofMinutes(5), Duration.ofMinutes(15));

  private final ScoreReplay replay = new ScoreReplay();

  private void score(int partition, long offset, String key, double minute, double pValue) {
    replay.add(
        ScoredRecord.newBuilder()
            .setDetector("press-line")
            .setModelVersion("v1")
            .setKey(key)
            .setEventTime(START.plusSeconds(Math.round(60 * minute)))
            .setLogLikelihood(-10)
            .setPValue(pValue)
            .setAnomalous(pValue <= BUDGET)
            .setEvaluations(12)
            .setSource(new RecordPosition("readings", partition, offset))
            .build());
  }

  private static AlertRules budget(double budget) {
    return new AlertRules(OptionalDouble.of(budget), AS_IT_WAS.window(), AS_IT_WAS.silence());
  }

  @Test
  void shouldWithholdRepeatsOfAKeyInItsPartitionInTheOrderOfOffsets() {
    score(0, 2, "press-7", 6, 0.005);
    score(0, 0, "press-7", 0, 0.005);
    score(0, 1, "press-7", 4, 0.005);
    score(0, 3, "press-8", 4, 0.005);
    score(1, 0, "press-7", 4, 0.005);
    score(0, 4, null, 4, 0.005);
    score(0, 5, null, 4, 0.005);
    score(0, 6, "press-7", 4, 0.5);

    ReplayedAlerts result = replay.under(AS_IT_WAS);

    assertThat(result.scored()).isEqualTo(8);
    assertThat(result.flagged()).isEqualTo(7);
    assertThat(result.withheld()).isEqualTo(1);
    assertThat(result.alerts())
        .extracting(alert -> alert.source().getPartition() + "-" + alert.source().getOffset())
        .containsExactly("0-0", "0-2", "0-3", "0-4", "0-5", "1-0");
    assertThat(result.episodes()).isEqualTo(4);
  }

  @Test
  void shouldJudgeByAnotherBudget() {
    score(0, 0, "press-7", 0, 0.005);
    score(0, 1, "press-8", 0, 0.02);
    score(0, 2, "press-9", 0, 0.001);

    assertThat(replay.under(AS_IT_WAS).flagged()).isEqualTo(2);
    assertThat(replay.under(budget(0.02)).flagged()).isEqualTo(3);
    assertThat(replay.under(budget(0.001)).flagged()).isEqualTo(1);
    assertThat(replay.under(budget(0.0001)).alerts()).isEmpty();
  }

  @Test
  void shouldJudgeByAnotherWindowAndSilence() {
    for (int minute = 0; minute < 60; minute += 10) {
      score(0, minute, "press-7", minute, 0.005);
    }

    assertThat(replay.under(AS_IT_WAS).alerts()).hasSize(6);
    assertThat(replay.under(AS_IT_WAS).episodes()).isEqualTo(1);
    ReplayedAlerts other =
        replay.under(
            new AlertRules(OptionalDouble.empty(), Duration.ofMinutes(30), Duration.ofMinutes(5)));
    assertThat(other.alerts()).hasSize(2);
    assertThat(other.episodes()).isEqualTo(6);
    assertThat(
            replay
                .under(new AlertRules(OptionalDouble.empty(), Duration.ZERO, AS_IT_WAS.silence()))
                .withheld())
        .isZero();
  }

  @Test
  void shouldCountARecordThatWasScoredAgainOnce() {
    score(0, 0, "press-7", 0, 0.005);
    score(0, 0, "press-7", 0, 0.5);

    assertThat(replay.under(AS_IT_WAS).scored()).isEqualTo(1);
    assertThat(replay.under(AS_IT_WAS).flagged()).isZero();
  }
}
