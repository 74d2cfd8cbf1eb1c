package io.lowtide.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.calibration.BudgetException;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.Random;
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
  void shouldPublishWhatIsOfAHigherLevelThanTheAlertsBefore() {
    score(0, 0, "press-7", 0, 0.005);
    score(0, 1, "press-7", 1, 0.002);
    score(0, 2, "press-7", 2, 0.0005);
    score(0, 3, "press-7", 3, 0.0005);

    assertThat(replay.under(AS_IT_WAS).alerts())
        .extracting(alert -> alert.source().getOffset())
        .containsExactly(0L, 2L);
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

  /** What is normal has fallen by two nats, in one partition of two. */
  @Test
  void shouldRankAmongTheScoresOfThePartitionAsTheStreamDoes() {
    Random random = new Random(2);
    ConformalCalibration calibration =
        ConformalCalibration.fit(random.doubles(999).map(Math::log).toArray(), BUDGET);
    int offsets = 4_000;
    for (int offset = 0; offset < offsets; offset++) {
      for (int partition = 0; partition < 2; partition++) {
        double score = Math.log(random.nextDouble()) - 2 * partition;
        replay.add(
            ScoredRecord.newBuilder()
                .setDetector("press-line")
                .setModelVersion(offset < 100 ? "v0" : "v1")
                .setEventTime(START.plusSeconds(offset))
                .setLogLikelihood(score)
                .setPValue(calibration.pValue(score))
                .setAnomalous(calibration.pValue(score) <= BUDGET)
                .setEvaluations(12)
                .setSource(new RecordPosition("readings", partition, (long) offset))
                .build());
      }
    }

    ScoreReplay ofModel = replay.ofModel("v1");
    assertThat(ofModel.size()).isEqualTo(2 * (offsets - 100));
    long asItWas = ofModel.under(AS_IT_WAS).flagged();
    long followed = ofModel.following(calibration, BUDGET, 1_000).under(AS_IT_WAS).flagged();
    assertThat(asItWas).isGreaterThan(2 * offsets / 40);
    assertThat(followed).isBetween(offsets / 100L, asItWas / 2);
    assertThatThrownBy(() -> ofModel.following(calibration, BUDGET, 98))
        .isInstanceOf(BudgetException.class);
  }

  @Test
  void shouldCountARecordThatWasScoredAgainOnce() {
    score(0, 0, "press-7", 0, 0.005);
    score(0, 0, "press-7", 0, 0.5);

    assertThat(replay.under(AS_IT_WAS).scored()).isEqualTo(1);
    assertThat(replay.under(AS_IT_WAS).flagged()).isZero();
  }
}
