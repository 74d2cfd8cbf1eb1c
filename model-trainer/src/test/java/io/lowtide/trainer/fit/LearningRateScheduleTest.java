package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {

  private final LearningRateSchedule schedule = new LearningRateSchedule(0.01, 9, 109, 0.1);

  @Test
  void shouldRiseLinearlyToThePeak() {
    assertThat(schedule.at(0)).isCloseTo(0.001, within(1e-12));
    assertThat(schedule.at(4)).isCloseTo(0.005, within(1e-12));
    assertThat(schedule.at(9)).isCloseTo(0.01, within(1e-12));
  }

  @Test
  void shouldFallByACosineToItsFinalFraction() {
    assertThat(schedule.at(59)).isCloseTo(0.0055, within(1e-12));
    assertThat(schedule.at(109)).isCloseTo(0.001, within(1e-12));
    assertThat(schedule.at(1_000)).isCloseTo(0.001, within(1e-12));
  }
}
