package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.ode.SolveStatus;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchLoss;
import io.lowtide.trainer.engine.SolveException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class TrainingGridTest {

  private static final Batch BATCH = Batch.of(new double[1]);
  private static final int BETWEEN_COMPARISONS = 7;

  /** Its gradient is (1, 0) adaptively, and on a grid of n steps off by the error of that grid. */
  private static final class Errors implements BatchGradient {

    private final double[] errors = new double[64];
    private final List<Integer> solved = new ArrayList<>();
    private int steps;

    /** An error of one over the steps squared. */
    Errors() {
      for (int n = 1; n < errors.length; n++) {
        errors[n] = 1.0 / (n * n);
      }
    }

    @Override
    public int records() {
      return 1;
    }

    @Override
    public void setParameters(double[] parameters) {}

    @Override
    public void drawProbes(RandomGenerator random) {}

    @Override
    public boolean integrateOnGrid(int count) {
      steps = count;
      return true;
    }

    @Override
    public BatchLoss loss(Batch batch) {
      throw new UnsupportedOperationException();
    }

    @Override
    public BatchLoss lossAndGradient(Batch batch, double[] gradient) {
      solved.add(steps);
      if (Double.isNaN(errors[steps])) {
        throw new SolveException(SolveStatus.NOT_FINITE, steps, 0);
      }
      gradient[0] = 1;
      gradient[1] = errors[steps];
      return new BatchLoss(2, 0, 0, 2, steps, steps);
    }

    @Override
    public void copyLogDensities(double[] logDensities) {}

    @Override
    public void close() {}
  }

  private final Errors errors = new Errors();
  private final double[] gradient = new double[2];

  private int steps(int iteration, int before, double accuracy) {
    return new TrainingGrid(errors, accuracy, 2)
        .lossAndGradient(iteration, before, BATCH, gradient)
        .steps();
  }

  @Test
  void shouldTakeTheShortestGridThatIsAccurateEnough() {
    // 1 / 10^2 is, 1 / 8^2 is not.
    assertThat(steps(0, TrainingGrid.FIRST_GUESS, 0.01)).isEqualTo(10);
    assertThat(steps(100, 28, 0.01)).isEqualTo(10);
    assertThat(steps(100, TrainingGrid.ADAPTIVE, 0.01)).isEqualTo(10);
    assertThat(steps(100, 4, 0.5)).isEqualTo(4);
  }

  @Test
  void shouldUseTheAdaptiveGradientOfABatchThatIsCompared() {
    steps(0, 4, 0.01);
    assertThat(gradient).containsExactly(1, 0);
  }

  @Test
  void shouldStayOnTheGridBetweenComparisons() {
    assertThat(steps(BETWEEN_COMPARISONS, 6, 0.01)).isEqualTo(6);
    assertThat(errors.solved).containsExactly(6);
    assertThat(gradient[1]).isEqualTo(errors.errors[6]);
  }

  @Test
  void shouldGoOnAdaptivelyWhereNoGridServes() {
    assertThat(steps(200, 8, 1e-6)).isEqualTo(TrainingGrid.ADAPTIVE);
    assertThat(steps(BETWEEN_COMPARISONS, TrainingGrid.ADAPTIVE, 1e-6))
        .isEqualTo(TrainingGrid.ADAPTIVE);
    assertThat(errors.solved).last().isEqualTo(0);
  }

  @Test
  void shouldSolveABatchAdaptivelyThatTheGridCannot() {
    errors.errors[8] = Double.NaN;

    assertThat(steps(BETWEEN_COMPARISONS, 8, 0.01)).isEqualTo(8);
    assertThat(gradient).containsExactly(1, 0);
    assertThat(errors.solved).containsExactly(8, 0);
  }

  @Test
  void shouldPassOverAGridThatCannotSolveTheBatch() {
    errors.errors[10] = Double.NaN;
    assertThat(steps(0, 8, 0.01)).isEqualTo(12);
  }

  @Test
  void shouldNeverAskForAGridWhereNoErrorIsAllowed() {
    assertThat(steps(0, 8, 0)).isEqualTo(TrainingGrid.ADAPTIVE);
    assertThat(errors.solved).containsExactly(0);
  }
}
