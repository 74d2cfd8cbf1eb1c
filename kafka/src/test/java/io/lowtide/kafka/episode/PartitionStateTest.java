package io.lowtide.kafka.episode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.kafka.episode.PartitionState.Outcome;
import org.junit.jupiter.api.Test;

class PartitionStateTest {

  private static final long MINUTE = 60_000;
  private static final long START = 1_772_323_200_000L;

  private PartitionState state = PartitionState.initial(0);

  private void records(int count, long eventTime, Outcome outcome) {
    for (int i = 0; i < count; i++) {
      state = state.after(eventTime, outcome);
    }
  }

  @Test
  void shouldNotBelieveTheDatesOfAFewRecords() {
    records(9, START, Outcome.NORMAL);
    records(2, START + 90 * MINUTE, Outcome.NORMAL);
    records(2, START - 90 * MINUTE, Outcome.NORMAL);

    assertThat(state.time()).isEqualTo(START);
    assertThat(state.steadyTime()).isEqualTo(START);
  }

  @Test
  void shouldFollowAPauseAtOnceAndSteadilyByAMinuteForEachRecord() {
    records(9, START, Outcome.NORMAL);
    records(5, START + 90 * MINUTE, Outcome.NORMAL);
    assertThat(state.time()).isEqualTo(START + 90 * MINUTE);
    assertThat(state.steadyTime()).isEqualTo(START + MINUTE);

    records(200, START + 90 * MINUTE, Outcome.NORMAL);
    assertThat(state.steadyTime()).isEqualTo(START + 90 * MINUTE);
  }

  @Test
  void shouldComeBackFromAWrongTimeThatManyRecordsHadAndHoldTheSteadyOne() {
    records(9, START, Outcome.NORMAL);
    records(9, Long.MAX_VALUE, Outcome.NORMAL);
    records(9, START, Outcome.NORMAL);

    assertThat(state.time()).isEqualTo(START);
    assertThat(state.steadyTime()).isEqualTo(START + 9 * MINUTE);
  }

  @Test
  void shouldBeginSteadilyWithTheEarliestThoughMostRecordsAreDatedAhead() {
    records(1, START, Outcome.NORMAL);
    records(8, Long.MAX_VALUE, Outcome.NORMAL);

    assertThat(state.steadyTime()).isEqualTo(START);
  }

  @Test
  void shouldKnowNoSteadyTimeFromAFewRecords() {
    records(8, START, Outcome.NORMAL);

    assertThat(state.steadyTime()).isEqualTo(Long.MIN_VALUE);
    assertThat(state.time()).isEqualTo(START);
  }

  @Test
  void shouldTellTheShareOfAnomaliesAmongScoredRecords() {
    records(10, START, Outcome.ANOMALY);
    records(90, START, Outcome.NORMAL);
    records(50, START, Outcome.UNSCORABLE);
    assertThat(state.scored()).isEqualTo(100);
    assertThat(state.anomalyRate()).isCloseTo(0.1, within(1e-9));

    records(5_000, START, Outcome.NORMAL);
    assertThat(state.scored()).isEqualTo(PartitionState.SCORED_HORIZON);
    assertThat(state.anomalyRate()).isLessThan(0.001);
  }

  @Test
  void shouldTellSinceWhenRecordsHaveNoScore() {
    records(100, START, Outcome.NORMAL);
    records(1, START + 1, Outcome.UNSCORABLE);
    assertThat(state.unscorableSince()).isEqualTo(START + 1);
    records(1, START + 2, Outcome.NORMAL);
    assertThat(state.unscorableSince()).isEqualTo(Long.MIN_VALUE);

    records(1, START + 3, Outcome.UNSCORABLE);
    records(30, START + 4, Outcome.UNSCORABLE);
    assertThat(state.unscorableSince()).isEqualTo(START + 3);
    assertThat(state.unscorableRate()).isCloseTo(1 - Math.pow(0.99, 31), within(0.01));
  }
}
