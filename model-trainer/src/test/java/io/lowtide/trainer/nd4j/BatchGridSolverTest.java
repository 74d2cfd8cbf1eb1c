package io.lowtide.trainer.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.ode.SolveStatus;
import io.lowtide.trainer.engine.SolveException;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class BatchGridSolverTest {

  private static final double END = 2;

  private static BatchGridSolver solver(int steps) {
    return new BatchGridSolver(new Oscillators(), steps, DataType.DOUBLE);
  }

  private static double[] start() {
    return new double[] {1, 1, 1, 0, 0, 0};
  }

  /** Of the fastest oscillator, cos(3 t). */
  private static double errorOfState(int steps) {
    double[] y = start();
    solver(steps).integrate(0, END, y, null);
    return Math.abs(y[2] - Math.cos(3 * END));
  }

  private static double errorOfIntegral(int steps) {
    double[] integral = {10};
    solver(steps).integrate(0, END, start(), integral);
    double expected = 10 + Math.sin(END) + Math.sin(2 * END) / 2 + Math.sin(3 * END) / 3;
    return Math.abs(integral[0] - expected);
  }

  @Test
  void shouldReachTheClosedFormInBothDirections() {
    double[] y = start();
    BatchGridSolver solver = solver(400);

    solver.integrate(0, END, y, null);
    for (int record = 0; record < 3; record++) {
      assertThat(y[record]).isCloseTo(Math.cos((record + 1) * END), within(1e-6));
    }

    solver.integrate(END, 0, y, null);
    for (int record = 0; record < 3; record++) {
      assertThat(y[record]).isCloseTo(1, within(1e-6));
      assertThat(y[3 + record]).isCloseTo(0, within(1e-6));
    }
  }

  @Test
  void shouldConvergeWithTheOrderOfItsFirstSteps() {
    assertThat(errorOfState(300) / errorOfState(600)).isGreaterThan(7);
    assertThat(errorOfIntegral(300) / errorOfIntegral(600)).isGreaterThan(7);
  }

  @Test
  void shouldTakeOneEvaluationAStepAndOneToStartWith() {
    BatchGridSolver solver = solver(7);
    solver.integrate(0, END, start(), null);
    assertThat(solver.evaluations()).isEqualTo(8);
  }

  @Test
  void shouldServeAGridOfASingleStep() {
    double[] y = start();
    solver(1).integrate(0, 1e-3, y, null);
    assertThat(y[0]).isCloseTo(Math.cos(1e-3), within(1e-9));
  }

  @Test
  void shouldSayThatTheResultIsNotFiniteAndGoOnWithTheNext() {
    BatchGridSolver solver = solver(20);
    double[] expected = start();
    solver.integrate(0, END, expected, null);

    double[] unsolvable = start();
    unsolvable[1] = Double.NaN;
    assertThatThrownBy(() -> solver.integrate(0, END, unsolvable, null))
        .isInstanceOfSatisfying(
            SolveException.class,
            fault -> assertThat(fault.status()).isEqualTo(SolveStatus.NOT_FINITE));

    double[] y = start();
    solver.integrate(0, END, y, null);
    assertThat(y).isEqualTo(expected);
  }
}
