package io.lowtide.trainer.retrain;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.schemas.DriftChange;
import io.lowtide.schemas.DriftDirection;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.RunCause;
import io.lowtide.schemas.RunOutcome;
import io.lowtide.schemas.TrainingRun;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DriftCooldownTest {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final DriftCooldown COOLDOWN =
      new DriftCooldown(Duration.ofHours(1), Duration.ofHours(24));

  @Test
  void shouldDoubleWithEachAnswerInVainUpToTheLongest() {
    assertThat(List.of(0, 1, 2, 4, 5, 1_000))
        .extracting(inVain -> COOLDOWN.after(inVain).toHours())
        .containsExactly(1L, 2L, 4L, 16L, 24L, 24L);
  }

  @Test
  void shouldStayAsItIsWhereTheLongestIsShorter() {
    DriftCooldown still = new DriftCooldown(Duration.ofHours(1), Duration.ofMinutes(1));
    assertThat(still.after(7)).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void shouldCountTheRunsThatAnsweredADriftInVain() {
    List<TrainingRun> runs =
        List.of(
            run(RunCause.DRIFT, RunOutcome.KEPT, "one"),
            run(RunCause.COMMAND, RunOutcome.KEPT),
            run(RunCause.SCHEDULE, RunOutcome.FAILED, "one", "two"));
    assertThat(DriftCooldown.inVain(runs, List.of(drift("one")))).isEqualTo(2);
    assertThat(DriftCooldown.inVain(runs, List.of(drift("two"), drift("three")))).isOne();
  }

  @Test
  void shouldBeginAnewOnceTheDriftIsOverOrAModelWasPublished() {
    List<TrainingRun> kept =
        List.of(
            run(RunCause.DRIFT, RunOutcome.KEPT, "one"),
            run(RunCause.DRIFT, RunOutcome.KEPT, "one"));
    assertThat(DriftCooldown.inVain(kept, List.of(drift("another")))).isZero();
    List<TrainingRun> published =
        List.of(
            kept.get(0),
            run(RunCause.DRIFT, RunOutcome.PUBLISHED, "one"),
            run(RunCause.DRIFT, RunOutcome.KEPT, "one"));
    assertThat(DriftCooldown.inVain(published, List.of(drift("one")))).isOne();
  }

  private static TrainingRun run(RunCause cause, RunOutcome outcome, String... drifts) {
    return TrainingRun.newBuilder()
        .setId("run")
        .setDetector("press")
        .setStartedAt(START)
        .setFinishedAt(START)
        .setOutcome(outcome)
        .setReason("")
        .setCause(cause)
        .setDriftEvents(List.of(drifts))
        .setSource("topic")
        .setRecordsRead(0)
        .setRecordsUsed(0)
        .setHeldOutRecords(0)
        .setDataSha256("")
        .setModels(List.of())
        .build();
  }

  private static DriftEvent drift(String id) {
    return DriftEvent.newBuilder()
        .setId(id)
        .setDetector("press")
        .setChange(DriftChange.RAISED)
        .setPartition(0)
        .setModelVersion("v1")
        .setModelCreated(START)
        .setSince(START)
        .setToldAt(START)
        .setRecords(1_000)
        .setDirection(DriftDirection.TOO_MANY_LOW)
        .setBudget(0.02)
        .setShareWithinBudget(0.3)
        .setLevel(0.1)
        .setShareAtLevel(0.5)
        .setStrength(12)
        .setTolerance(0.02)
        .setFalseAlarmRecords(1e7)
        .setSummary("")
        .setSource(new RecordPosition("topic", 0, 0L))
        .build();
  }
}
