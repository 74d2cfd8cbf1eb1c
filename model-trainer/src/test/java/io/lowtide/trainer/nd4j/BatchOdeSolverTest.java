package io.lowtide.trainer.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.ode.SolveStatus;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.SolveException;
import io.lowtide.trainer.engine.SolverOptions;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class BatchOdeSolverTest {

  private static double[] start() {
    return new double[] {1, 1, 1, 0, 0, 0};
  }

  private static double largestError(double[] y, double time) {
    double largest = 0;
    for (int record = 0; record < 3; record++) {
      largest = Math.max(largest, Math.abs(y[record] - Math.cos((record + 1) * time)));
    }
    return largest;
  }

  @Test
  void shouldReachTheClosedFormInBothDirections() {
    BatchOdeSolver solver =
        new BatchOdeSolver(
            new Oscillators(), SolverOptions.of(1e-9, ErrorNorm.EVERY_RECORD), DataType.DOUBLE);
    double[] y = start();

    solver.integrate(0, 2, y, null);
    assertThat(largestError(y, 2)).isLessThan(1e-7);

    solver.integrate(2, 0, y, null);
    assertThat(largestError(y, 0)).isLessThan(1e-7);
  }

  @Test
  void shouldIntegrateTheIntegrandWithTheOrderOfTheMethod() {
    BatchOdeSolver solver =
        new BatchOdeSolver(
            new Oscillators(), SolverOptions.of(1e-9, ErrorNorm.EVERY_RECORD), DataType.DOUBLE);
    double[] integral = {10};

    solver.integrate(0, 2, start(), integral);

    double expected = 10 + Math.sin(2) + Math.sin(4) / 2 + Math.sin(6) / 3;
    assertThat(integral[0]).isCloseTo(expected, within(1e-7));
  }

  @Test
  void shouldGainFiveOrdersOfErrorPerOrderOfSteps() {
    // An adaptive method of order 5 with tolerance t takes steps proportional to t^(1/5).
    int coarse = accepted(1e-6);
    int fine = accepted(1e-11);
    assertThat((double) fine / coarse).isBetween(8.0, 12.0);
  }

  private static int accepted(double tolerance) {
    BatchOdeSolver solver =
        new BatchOdeSolver(
            new Oscillators(),
            new SolverOptions(tolerance, tolerance, ErrorNorm.EVERY_RECORD, 100_000),
            DataType.DOUBLE);
    solver.integrate(0, 20, start(), null);
    return solver.acceptedSteps();
  }

  @Test
  void shouldTakeMoreStepsToBoundEveryRecordThanTheBatchOnAverage() {
    BatchOdeSolver everyRecord =
        new BatchOdeSolver(
            new Oscillators(), SolverOptions.of(1e-6, ErrorNorm.EVERY_RECORD), DataType.DOUBLE);
    BatchOdeSolver average =
        new BatchOdeSolver(
            new Oscillators(), SolverOptions.of(1e-6, ErrorNorm.BATCH_RMS), DataType.DOUBLE);

    everyRecord.integrate(0, 10, start(), null);
    average.integrate(0, 10, start(), null);

    assertThat(everyRecord.acceptedSteps()).isGreaterThan(average.acceptedSteps());
  }

  @Test
  void shouldGiveUpWhenTheBudgetIsSpent() {
    BatchOdeSolver solver =
        new BatchOdeSolver(
            new Oscillators(),
            new SolverOptions(1e-10, 1e-10, ErrorNorm.EVERY_RECORD, 50),
            DataType.DOUBLE);

    assertThatThrownBy(() -> solver.integrate(0, 100, start(), null))
        .isInstanceOfSatisfying(
            SolveException.class,
            e -> {
              assertThat(e.status()).isEqualTo(SolveStatus.BUDGET_EXCEEDED);
              assertThat(e.evaluations()).isBetween(45, 50);
              assertThat(e.time()).isBetween(0.0, 100.0);
            });
  }

  @Test
  void shouldRefuseAStateThatIsNotFinite() {
    BatchOdeSolver solver =
        new BatchOdeSolver(
            new Oscillators(), SolverOptions.of(1e-6, ErrorNorm.BATCH_RMS), DataType.DOUBLE);

    assertThatThrownBy(() -> solver.integrate(0, 1, new double[] {1, Double.NaN, 1, 0, 0, 0}, null))
        .isInstanceOfSatisfying(
            SolveException.class, e -> assertThat(e.status()).isEqualTo(SolveStatus.NOT_FINITE));
  }
}
