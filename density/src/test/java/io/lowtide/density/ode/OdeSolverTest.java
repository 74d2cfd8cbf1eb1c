package io.lowtide.density.ode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.hipparchus.ode.ODEState;
import org.hipparchus.ode.OrdinaryDifferentialEquation;
import org.hipparchus.ode.nonstiff.DormandPrince853Integrator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OdeSolverTest {

  /** A rotation whose running integral is that of y0 + 1: y(s) = (cos s, sin s), sin s + s. */
  private static final OdeSystem ROTATION =
      (s, y, derivative) -> {
        derivative[0] = -y[1];
        derivative[1] = y[0];
        derivative[2] = y[0] + 1;
      };

  /** Van der Pol oscillator, mu = 2. */
  private static final OdeSystem VAN_DER_POL =
      (s, y, derivative) -> {
        derivative[0] = y[1];
        derivative[1] = 2 * (1 - y[0] * y[0]) * y[1] - y[0];
      };

  @ParameterizedTest
  @EnumSource(ButcherTableau.class)
  void shouldConvergeWithTheOrderOfTheMethod(ButcherTableau method) {
    double coarse = errorAtPi(fixedSteps(method, 100));
    double fine = errorAtPi(fixedSteps(method, 200));
    // The leading error of Tsitouras' method is so small that the next order still shows.
    assertThat(Math.log(coarse / fine) / Math.log(2))
        .isBetween(method.order() - 0.2, method.order() + 0.4);
  }

  @ParameterizedTest
  @EnumSource(ButcherTableau.class)
  void shouldMeetTheOrderConditionsOfTheQuadrature(ButcherTableau method) {
    for (int stage = 0; stage < method.stages(); stage++) {
      assertThat(Arrays.stream(method.stageWeights[stage]).sum())
          .isCloseTo(method.nodes[stage], within(1e-13));
    }
    for (int power = 0; power < method.order(); power++) {
      double sum = 0;
      double embedded = 0;
      for (int stage = 0; stage < method.stages(); stage++) {
        sum += method.weights[stage] * Math.pow(method.nodes[stage], power);
        embedded +=
            method.estimatesError()
                ? method.errorWeights[stage] * Math.pow(method.nodes[stage], power)
                : 0;
      }
      assertThat(sum).isCloseTo(1.0 / (power + 1), within(1e-13));
      if (power < method.order() - 1) {
        assertThat(embedded).isCloseTo(0, within(1e-13));
      }
    }
  }

  private static OdeSolver fixedSteps(ButcherTableau method, int steps) {
    return OdeSolver.of(SolverSettings.fixedGrid(method, steps), 2, 1);
  }

  private static double errorAtPi(OdeSolver solver) {
    double[] y = {1, 0, 0};
    assertThat(solver.integrate(ROTATION, 0, Math.PI, y)).isEqualTo(SolveStatus.COMPLETED);
    return Math.abs(y[0] + 1) + Math.abs(y[1]) + Math.abs(y[2] - Math.PI);
  }

  @ParameterizedTest
  @EnumSource(
      value = ButcherTableau.class,
      names = {"DORMAND_PRINCE", "TSITOURAS"})
  void shouldKeepItsTolerance(ButcherTableau method) {
    for (double tolerance : new double[] {1e-3, 1e-5, 1e-7, 1e-9, 1e-11}) {
      SolverSettings settings = SolverSettings.adaptive(method, tolerance, 10_000);
      assertThat(errorAtPi(OdeSolver.of(settings, 2, 1))).isLessThan(30 * tolerance);
    }
  }

  @Test
  void shouldTakeTheGridWhereItsStepsPassTheCheck() {
    SolverSettings loose =
        SolverSettings.adaptive(ButcherTableau.DORMAND_PRINCE, 1e-3, 1_000)
            .onCheckedGrid(GridMethod.RUNGE_KUTTA, 3, 20);
    OdeSolver solver = OdeSolver.of(loose, 2, 1);
    assertThat(errorAtPi(solver)).isLessThan(1e-2);
    assertThat(solver.evaluations()).isEqualTo(1 + 3 * 6);
    assertThat(solver.largestGridError()).isBetween(0.1, 20.0);
    OdeSolver unchecked = fixedSteps(ButcherTableau.DORMAND_PRINCE, 3);
    assertThat(errorAtPi(unchecked)).isCloseTo(errorAtPi(solver), within(1e-12));
    assertThat(unchecked.evaluations()).isEqualTo(3 * 6);
  }

  @Test
  void shouldIntegrateAdaptivelyWhereAStepOnTheGridFailsTheCheck() {
    SolverSettings settings =
        SolverSettings.adaptive(ButcherTableau.DORMAND_PRINCE, 1e-8, 1_000)
            .onCheckedGrid(GridMethod.RUNGE_KUTTA, 3, 1);
    OdeSolver solver = OdeSolver.of(settings, 2, 1);
    OdeSolver adaptive = OdeSolver.of(SolverSettings.dormandPrince(1e-8), 2, 1);
    assertThat(errorAtPi(solver)).isEqualTo(errorAtPi(adaptive)).isLessThan(3e-7);
    assertThat(solver.evaluations()).isEqualTo(adaptive.evaluations() + 1 + 3 * 6);
    assertThat(solver.acceptedSteps()).isEqualTo(adaptive.acceptedSteps());
    assertThat(solver.rejectedSteps()).isEqualTo(adaptive.rejectedSteps() + 3);
    assertThat(solver.largestGridError()).isGreaterThan(1);
    assertThat(adaptive.largestGridError()).isZero();
  }

  @Test
  void shouldEvaluateOnceAStepOnAnAdamsGrid() {
    SolverSettings settings =
        SolverSettings.dormandPrince(1e-3).onCheckedGrid(GridMethod.ADAMS, 20, 100);
    OdeSolver solver = OdeSolver.of(settings, 2, 1);
    assertThat(errorAtPi(solver)).isLessThan(2e-3);
    assertThat(solver.evaluations()).isEqualTo(1 + 20);
    assertThat(solver.acceptedSteps()).isEqualTo(20);
    assertThat(errorAtPi(adams(20))).isEqualTo(errorAtPi(solver));
    assertThat(solver.largestGridError()).isBetween(0.01, 100.0);
  }

  /** The trapezoidal rule of the first step, a third as long as the others, is of order 2 once. */
  @Test
  void shouldConvergeWithTheOrderOfAdamsFirstStep() {
    double coarse = errorAtPi(adams(400));
    double fine = errorAtPi(adams(3200));
    assertThat(Math.log(coarse / fine) / Math.log(8)).isBetween(2.8, 3.2);
  }

  private static OdeSolver adams(int steps) {
    return OdeSolver.of(SolverSettings.adamsGrid(steps), 2, 1);
  }

  @Test
  void shouldIntegrateAdaptivelyWhereAnAdamsStepFailsTheCheck() {
    OdeSolver solver =
        OdeSolver.of(
            SolverSettings.dormandPrince(1e-8).onCheckedGrid(GridMethod.ADAMS, 6, 1), 2, 1);
    OdeSolver adaptive = OdeSolver.of(SolverSettings.dormandPrince(1e-8), 2, 1);
    assertThat(errorAtPi(solver)).isEqualTo(errorAtPi(adaptive));
    assertThat(solver.evaluations()).isEqualTo(adaptive.evaluations() + 1 + 6);
  }

  @Test
  void shouldGiveTheSameBitsAgainOnAnAdamsGrid() {
    OdeSolver solver = adams(12);
    double first = errorAtPi(solver);
    solver.integrate(VAN_DER_POL, 0, 1, new double[] {2, 0, 0});
    assertThat(errorAtPi(solver)).isEqualTo(first);
  }

  @Test
  void shouldNotCountTheGridAgainstTheBudgetOfAdaptiveIntegration() {
    SolverSettings.Adaptive adaptive =
        SolverSettings.adaptive(ButcherTableau.DORMAND_PRINCE, 1e-3, 40);
    OdeSolver alone = OdeSolver.of(adaptive, 2, 1);
    double error = errorAtPi(alone);
    OdeSolver afterGrid =
        OdeSolver.of(adaptive.onCheckedGrid(GridMethod.RUNGE_KUTTA, 6, 1e-9), 2, 1);
    assertThat(errorAtPi(afterGrid)).isEqualTo(error);
    assertThat(afterGrid.evaluations()).isEqualTo(alone.evaluations() + 1 + 6 * 6);
    assertThat(afterGrid.evaluations()).isGreaterThan(40);
  }

  @ParameterizedTest
  @EnumSource(GridMethod.class)
  void shouldIntegrateAdaptivelyWhereTheGridOverflows(GridMethod gridMethod) {
    OdeSystem decay = (s, y, derivative) -> derivative[0] = -1e3 * y[0] * y[0] * y[0];
    SolverSettings settings =
        SolverSettings.adaptive(ButcherTableau.DORMAND_PRINCE, 1e-6, 10_000)
            .onCheckedGrid(gridMethod, 2, 1);
    double[] y = {100};
    OdeSolver solver = OdeSolver.of(settings, 1, 0);
    assertThat(solver.integrate(decay, 0, 1, y)).isEqualTo(SolveStatus.COMPLETED);
    assertThat(y[0]).isCloseTo(1 / Math.sqrt(1e-4 + 2e3), within(1e-5));
  }

  @Test
  void shouldNeedNoMoreEvaluationsThanTheOrderImplies() {
    OdeSolver loose = OdeSolver.of(SolverSettings.dormandPrince(1e-5), 2, 1);
    OdeSolver tight = OdeSolver.of(SolverSettings.dormandPrince(1e-10), 2, 1);
    errorAtPi(loose);
    errorAtPi(tight);
    assertThat(loose.evaluations()).isBetween(20, 80);
    assertThat((double) tight.evaluations() / loose.evaluations()).isBetween(5.0, 12.0);
    assertThat(tight.evaluations())
        .isEqualTo(2 + 6 * (tight.acceptedSteps() + tight.rejectedSteps()));
  }

  @ParameterizedTest
  @EnumSource(ButcherTableau.class)
  void shouldNotNeedTheIntegrandsOfStagesWithoutWeight(ButcherTableau method) {
    OdeSystem sparing =
        new OdeSystem() {
          @Override
          public void derivative(double s, double[] y, double[] derivative) {
            ROTATION.derivative(s, y, derivative);
          }

          @Override
          public void positionDerivative(double s, double[] y, double[] derivative) {
            ROTATION.derivative(s, y, derivative);
            derivative[2] = Double.NaN;
          }
        };
    List<SolverSettings> settings =
        method.estimatesError()
            ? List.of(
                SolverSettings.fixedGrid(method, 4), SolverSettings.adaptive(method, 1e-6, 1_000))
            : List.of(SolverSettings.fixedGrid(method, 4));
    for (SolverSettings each : settings) {
      double[] expected = {1, 0, 0};
      double[] actual = expected.clone();
      OdeSolver.of(each, 2, 1).integrate(ROTATION, 0, 2, expected);
      assertThat(OdeSolver.of(each, 2, 1).integrate(sparing, 0, 2, actual))
          .isEqualTo(SolveStatus.COMPLETED);
      assertThat(actual).isEqualTo(expected);
    }
  }

  @Test
  void shouldAgreeWithAnotherIntegrator() {
    double[] y = {2, 0};
    SolverSettings settings =
        SolverSettings.adaptive(ButcherTableau.DORMAND_PRINCE, 1e-11, 100_000);
    assertThat(OdeSolver.of(settings, 2, 0).integrate(VAN_DER_POL, 0, 10, y))
        .isEqualTo(SolveStatus.COMPLETED);
    OrdinaryDifferentialEquation equation =
        new OrdinaryDifferentialEquation() {
          @Override
          public int getDimension() {
            return 2;
          }

          @Override
          public double[] computeDerivatives(double t, double[] state) {
            double[] derivative = new double[2];
            VAN_DER_POL.derivative(t, state, derivative);
            return derivative;
          }
        };
    double[] expected =
        new DormandPrince853Integrator(1e-9, 1, 1e-13, 1e-13)
            .integrate(equation, new ODEState(0, new double[] {2, 0}), 10)
            .getPrimaryState();
    assertThat(y).containsExactly(expected, within(1e-8));
  }

  @Test
  void shouldIntegrateBackwardsToWhereItCameFrom() {
    OdeSolver solver = OdeSolver.of(SolverSettings.dormandPrince(1e-10), 2, 0);
    double[] y = {1.2, -0.4};
    solver.integrate(VAN_DER_POL, 0, 1, y);
    solver.integrate(VAN_DER_POL, 1, 0, y);
    assertThat(y).containsExactly(new double[] {1.2, -0.4}, within(1e-8));
  }

  @Test
  void shouldStopAtTheBudgetOfEvaluations() {
    SolverSettings settings = SolverSettings.adaptive(ButcherTableau.DORMAND_PRINCE, 1e-10, 50);
    OdeSolver solver = OdeSolver.of(settings, 2, 0);
    assertThat(solver.integrate(VAN_DER_POL, 0, 100, new double[] {2, 0}))
        .isEqualTo(SolveStatus.BUDGET_EXCEEDED);
    assertThat(solver.evaluations()).isLessThanOrEqualTo(50);
  }

  @Test
  void shouldStopWhereTheSolutionEnds() {
    OdeSystem blowUp = (s, y, derivative) -> derivative[0] = y[0] * y[0];
    OdeSolver solver = OdeSolver.of(SolverSettings.dormandPrince(1e-8), 1, 0);
    assertThat(solver.integrate(blowUp, 0, 2, new double[] {1}))
        .isNotEqualTo(SolveStatus.COMPLETED);
  }

  @Test
  void shouldRefuseAStateThatIsNotFinite() {
    OdeSolver solver = OdeSolver.of(SolverSettings.dormandPrince(1e-5), 2, 0);
    for (double bad :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      assertThat(solver.integrate(VAN_DER_POL, 0, 1, new double[] {0, bad}))
          .isEqualTo(SolveStatus.NOT_FINITE);
    }
  }

  @Test
  void shouldNameASettingThatIsOutOfRange() {
    assertThatThrownBy(() -> SolverSettings.dormandPrince(0))
        .hasMessage("relativeTolerance: 0.0, expected between 0 and 1");
    assertThatThrownBy(() -> SolverSettings.fixedGrid(ButcherTableau.EULER, 0))
        .hasMessage("fixedSteps: 0, expected at least 1");
    assertThatThrownBy(() -> SolverSettings.adamsGrid(Integer.MAX_VALUE))
        .hasMessage("fixedSteps: 2147483647, expected between 0 and 10000");
    assertThatThrownBy(() -> SolverSettings.adaptive(ButcherTableau.RUNGE_KUTTA_4, 1e-5, 1_000))
        .hasMessageContaining("\"rk4\" estimates no error");
    assertThatThrownBy(
            () ->
                SolverSettings.dormandPrince(1e-5)
                    .onCheckedGrid(GridMethod.RUNGE_KUTTA, 3, Double.NaN))
        .hasMessage("gridErrorLimit: NaN, expected at least 0 and finite");
    assertThatThrownBy(() -> ButcherTableau.of("tsit9"))
        .hasMessageContaining("\"tsit9\", expected dopri5");
  }
}
