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

  /** y'' = -w^2 y with w = record + 1, as (y, y'); the integrand is the sum of y over records. */
  private static final class Oscillators implements BatchSystem {

    private final TensorBuffer point = new TensorBuffer(DataType.DOUBLE, 6);
    private final TensorBuffer derivative = new TensorBuffer(DataType.DOUBLE, 6);

    @Override
    public int records() {
      return 3;
    }

    @Override
    public int columns() {
      return 2;
    }

    @Override
    public int[] errorGroups() {
      return new int[] {2};
    }

    @Override
    public TensorBuffer point() {
      return point;
    }

    @Override
    public TensorBuffer derivative() {
      return derivative;
    }

    @Override
    public int integrandSize() {
      return 1;
    }

    @Override
    public void evaluate(double s, double[] integrand) {
      double[] y = new double[6];
      point.download(y, 6);
      double[] slope = new double[6];
      for (int record = 0; record < 3; record++) {
        double frequency = record + 1;
        slope[record] = y[3 + record];
        slope[3 + record] = -frequency * frequency * y[record];
      }
      derivative.upload(slope, 6);
      if (integrand != null) {
        integrand[0] = y[0] + y[1] + y[2];
      }
    }
  }

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
