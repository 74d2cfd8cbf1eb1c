package io.lowtide.density.ode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.ode.SolverSettings.AdamsGrid;
import io.lowtide.density.ode.SolverSettings.Adaptive;
import io.lowtide.density.ode.SolverSettings.CheckedGrid;
import io.lowtide.density.ode.SolverSettings.RungeKuttaGrid;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SolverSettingsTest {

  private static final ButcherTableau METHOD = ButcherTableau.TSITOURAS;

  @ParameterizedTest
  @ValueSource(doubles = {0, -1e-5, 1, Double.NaN, Double.POSITIVE_INFINITY})
  void shouldRefuseAToleranceOutsideOfZeroToOne(double tolerance) {
    assertRefused(
        () -> new Adaptive(METHOD, tolerance, 1e-5, 1_000),
        "relativeTolerance: " + tolerance + ", expected between 0 and 1");
    assertRefused(
        () -> new Adaptive(METHOD, 1e-5, tolerance, 1_000),
        "absoluteTolerance: " + tolerance + ", expected between 0 and 1");
  }

  @Test
  void shouldRefuseABudgetOfFewEvaluations() {
    assertRefused(
        () -> new Adaptive(METHOD, 1e-5, 1e-5, 19), "maximumEvaluations: 19, expected at least 20");
    assertThat(new Adaptive(METHOD, 1e-5, 1e-5, 20).maximumEvaluations()).isEqualTo(20);
  }

  @ParameterizedTest
  @EnumSource(
      value = ButcherTableau.class,
      names = {"RUNGE_KUTTA_4", "EULER"})
  void shouldRefuseToAdaptAMethodThatEstimatesNoError(ButcherTableau method) {
    assertRefused(
        () -> new Adaptive(method, 1e-5, 1e-5, 1_000),
        "solver method: \""
            + method.label()
            + "\" estimates no error, expected a grid (fixedSteps above 0) without a check");
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0})
  void shouldRefuseAGridWithoutSteps(int steps) {
    assertStepsRefused(steps, "fixedSteps: " + steps + ", expected at least 1");
  }

  @ParameterizedTest
  @ValueSource(ints = {10_001, Integer.MAX_VALUE})
  void shouldRefuseAGridOfTooManySteps(int steps) {
    assertStepsRefused(steps, "fixedSteps: " + steps + ", expected between 0 and 10000");
  }

  private static void assertStepsRefused(int steps, String message) {
    Adaptive adaptive = SolverSettings.dormandPrince(1e-5);
    assertRefused(() -> new RungeKuttaGrid(METHOD, steps), message);
    assertRefused(() -> new AdamsGrid(steps), message);
    assertRefused(() -> adaptive.onCheckedGrid(GridMethod.ADAMS, steps, 1), message);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void shouldRefuseAnErrorLimitOutOfRange(double limit) {
    assertLimitRefused(limit, "gridErrorLimit: " + limit + ", expected at least 0 and finite");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0})
  void shouldRefuseACheckThatNoStepPasses(double limit) {
    assertLimitRefused(limit, "gridErrorLimit: " + limit + ", expected above 0");
  }

  private static void assertLimitRefused(double limit, String message) {
    Adaptive adaptive = SolverSettings.dormandPrince(1e-5);
    assertRefused(() -> new CheckedGrid(GridMethod.RUNGE_KUTTA, 3, limit, adaptive), message);
  }

  private static void assertRefused(ThrowingCallable settings, String message) {
    assertThatThrownBy(settings).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @Test
  void shouldAdaptAtNoLessThanTheLeastTolerance() {
    Adaptive adaptive = new Adaptive(METHOD, 1e-2, 1e-6, 500);
    Adaptive coarse = new Adaptive(METHOD, 1e-2, 1e-3, 500);
    assertThat(adaptive.adaptively(1e-3)).isEqualTo(coarse);
    assertThat(adaptive.onCheckedGrid(GridMethod.ADAMS, 12, 30).adaptively(1e-3)).isEqualTo(coarse);
  }

  @Test
  void shouldStayOnAGridWithoutACheck() {
    SolverSettings equalSteps = SolverSettings.fixedGrid(METHOD, 4);
    SolverSettings adams = SolverSettings.adamsGrid(12);
    assertThat(equalSteps.adaptively(1e-3)).isEqualTo(equalSteps);
    assertThat(adams.adaptively(1e-3)).isEqualTo(adams);
  }
}
