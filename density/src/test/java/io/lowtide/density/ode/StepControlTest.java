package io.lowtide.density.ode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StepControlTest {

  private final StepControl control = StepControl.startingBoldly(5);

  @Test
  void shouldStartWithTheStepWhoseErrorIsTheTolerance() {
    assertThat(control.startingStep(1, 32, 7, 10)).isCloseTo(0.5, within(1e-12));
    assertThat(control.startingStep(1, 7, 32, 10)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void shouldAimFarBelowTheToleranceWhenItStartsCautiously() {
    StepControl cautious = StepControl.startingCautiously(5);
    assertThat(cautious.startingStep(1, 32, 7, 10))
        .isCloseTo(0.5 * Math.pow(0.01, 0.2), within(1e-12));
    assertThat(cautious.afterAcceptance(1, cautious.errorBeforeStart()))
        .isLessThan(control.afterAcceptance(1, control.errorBeforeStart()));
  }

  @Test
  void shouldStartWithinTheInterval() {
    assertThat(control.startingStep(1, 1e-9, 1e-9, 0.25)).isEqualTo(0.25);
    assertThat(control.trialStep(1e6, 1e-4, 0.25)).isEqualTo(0.25);
    assertThat(control.startingStep(1, Double.NaN, 1, 0.25)).isPositive();
  }

  @Test
  void shouldAimBelowTheToleranceAfterTheFirstStep() {
    // Without a step before it, PI control is I control with a safety factor.
    assertThat(control.afterAcceptance(1, control.errorBeforeStart()))
        .isCloseTo(0.9, within(1e-12));
    assertThat(control.afterAcceptance(1e-5, control.errorBeforeStart())).isBetween(5.0, 10.0);
  }

  @Test
  void shouldGrowLessWhereTheErrorGrows() {
    assertThat(control.afterAcceptance(0.5, 0.01)).isLessThan(control.afterAcceptance(0.5, 0.5));
  }
}
