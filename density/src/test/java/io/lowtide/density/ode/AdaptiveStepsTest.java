package io.lowtide.density.ode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdaptiveStepsTest {

  private final StepControl control = StepControl.startingBoldly(5);
  private final AdaptiveSteps steps = new AdaptiveSteps(control);

  private void begin(double from, double to, double step) {
    steps.begin(from, to);
    steps.startWith(step);
  }

  @ParameterizedTest
  @CsvSource({"0, 0.7", "0.7, 0", "-1, 3", "1e6, 1000001"})
  void shouldLandExactlyOnTheEnd(double from, double to) {
    begin(from, to, Math.signum(to - from) * 0.1);
    double before = from;
    while (!steps.atEnd()) {
      before = steps.time();
      assertThat(steps.step() * (to - from)).isPositive();
      assertThat(steps.isLast()).isEqualTo(before + steps.step() == to);
      assertThat(steps.accept(0.1)).isTrue();
    }
    assertThat(steps.time()).isEqualTo(to);
    assertThat(steps.step()).isEqualTo(to - before);
    assertThat(steps.rejected()).isZero();
    assertThat(steps.accepted()).isGreaterThan(1);
  }

  @Test
  void shouldShortenTheStepThatPassesTheEnd() {
    begin(0, 1, 3);
    assertThat(steps.isLast()).isTrue();
    assertThat(steps.step()).isEqualTo(1);
    assertThat(steps.accept(1)).isTrue();
    assertThat(steps.atEnd()).isTrue();
  }

  /** Rather than leave a remainder that is too small for a step of its own. */
  @Test
  void shouldStretchTheStepThatAllButReachesTheEnd() {
    begin(0, 1, 1 - 1e-11);
    assertThat(steps.isLast()).isTrue();
    assertThat(steps.step()).isEqualTo(1);
  }

  @Test
  void shouldRepeatARejectedStepShorterAndThenNotGrow() {
    begin(0, 10, 1);
    assertThat(steps.accept(4)).isFalse();
    assertThat(steps.time()).isZero();
    double shortened = control.afterRejection(4);
    assertThat(steps.step()).isEqualTo(shortened).isLessThan(1);

    assertThat(steps.accept(1e-3)).isTrue();
    assertThat(steps.time()).isEqualTo(shortened);
    assertThat(steps.step()).isEqualTo(shortened);

    assertThat(steps.accept(1e-3)).isTrue();
    assertThat(steps.step())
        .isEqualTo(shortened * control.afterAcceptance(1e-3, 1e-3))
        .isGreaterThan(shortened);
    assertThat(steps.accepted()).isEqualTo(2);
    assertThat(steps.rejected()).isEqualTo(1);
  }

  @Test
  void shouldShortenTheStepAlsoAfterARejectionWhereTheErrorSaysSo() {
    begin(0, 10, 1);
    steps.accept(4);
    double shortened = steps.step();
    steps.accept(1);
    assertThat(steps.step())
        .isCloseTo(
            shortened * control.afterAcceptance(1, control.errorBeforeStart()), within(1e-15))
        .isLessThan(shortened);
  }

  @Test
  void shouldRejectAnErrorThatIsNotFinite() {
    begin(0, 10, 1);
    assertThat(steps.accept(Double.NaN)).isFalse();
    assertThat(steps.accept(Double.POSITIVE_INFINITY)).isFalse();
    assertThat(steps.rejected()).isEqualTo(2);
    assertThat(steps.step()).isLessThan(0.1);
  }

  @Test
  void shouldTakeARejectedLastStepInParts() {
    begin(0, 1, 1);
    assertThat(steps.isLast()).isTrue();
    steps.accept(100);
    assertThat(steps.isLast()).isFalse();
    assertThat(steps.step()).isLessThan(1);
  }

  @Test
  void shouldReportAStepThatIsTooSmallForTimeToAdvance() {
    begin(0, 1, 0.5);
    while (!steps.isTooSmall()) {
      assertThat(steps.step()).isGreaterThanOrEqualTo(16 * Math.ulp(1.0));
      steps.accept(Double.NaN);
    }
    assertThat(steps.atEnd()).isFalse();
    assertThat(steps.step()).isLessThan(16 * Math.ulp(1.0));
  }

  @Test
  void shouldTakeALastStepHoweverSmall() {
    begin(1, Math.nextUp(1.0), 1);
    assertThat(steps.isTooSmall()).isFalse();
    assertThat(steps.accept(0)).isTrue();
    assertThat(steps.time()).isEqualTo(Math.nextUp(1.0));
  }

  @Test
  void shouldKnowNothingOfTheSolveBefore() {
    begin(0, 1, 0.4);
    steps.accept(5);
    steps.accept(1e-3);
    begin(0, 1, 0.25);
    assertThat(steps.accepted() + steps.rejected()).isZero();
    assertThat(steps.time()).isZero();
    steps.accept(0.5);
    assertThat(steps.step())
        .isEqualTo(0.25 * control.afterAcceptance(0.5, control.errorBeforeStart()));
  }
}
