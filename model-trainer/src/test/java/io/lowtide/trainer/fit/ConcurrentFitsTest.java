package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchLoss;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.TrainingEngine;
import io.lowtide.trainer.engine.TrainingEngines;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ConcurrentFitsTest {

  private static final Map<String, String> SETTINGS =
      Map.of(
          "hidden.units", "8",
          "iterations", "20",
          "calibration.folds", "4",
          "budget", "0.05",
          "seed", "3");

  /** Counts the fits that are open at a time; each has a gradient to fit and one to validate. */
  private static final class CountingEngine implements TrainingEngine {

    private final TrainingEngine engine =
        TrainingEngines.of("vector").forShape(new FieldShape(2, 0, List.of(8), Activation.TANH));
    private final int concurrentFits;
    private int open;
    private int mostOpen;

    CountingEngine(int concurrentFits) {
      this.concurrentFits = concurrentFits;
    }

    @Override
    public String description() {
      return "counting";
    }

    @Override
    public int concurrentFits() {
      return concurrentFits;
    }

    @Override
    public double nominalSpeed() {
      return engine.nominalSpeed();
    }

    @Override
    public Optional<String> refusal(FieldShape shape) {
      return engine.refusal(shape);
    }

    @Override
    public synchronized BatchGradient newGradient(BatchProblem problem) {
      open++;
      mostOpen = Math.max(mostOpen, open);
      return new Counted(engine.newGradient(problem));
    }

    private synchronized void closed() {
      open--;
    }

    private final class Counted implements BatchGradient {

      private final BatchGradient gradient;

      Counted(BatchGradient gradient) {
        this.gradient = gradient;
      }

      @Override
      public int records() {
        return gradient.records();
      }

      @Override
      public void setParameters(double[] parameters) {
        gradient.setParameters(parameters);
      }

      @Override
      public void drawProbes(RandomGenerator random) {
        gradient.drawProbes(random);
      }

      @Override
      public BatchLoss loss(Batch batch) {
        return gradient.loss(batch);
      }

      @Override
      public BatchLoss lossAndGradient(Batch batch, double[] target) {
        return gradient.lossAndGradient(batch, target);
      }

      @Override
      public void copyLogDensities(double[] logDensities) {
        gradient.copyLogDensities(logDensities);
      }

      @Override
      public void close() {
        gradient.close();
        closed();
      }
    }
  }

  private static TrainingResult train(TrainingEngine engine) {
    Random random = new Random(2);
    double[][] rows = new double[120][];
    for (int row = 0; row < rows.length; row++) {
      double x = random.nextGaussian();
      rows[row] = new double[] {x, x * x + 0.2 * random.nextGaussian()};
    }
    return new FlowTrainer(
            shape -> engine, "test", TrainingSettings.of(SETTINGS), report -> {}, Optional.empty())
        .train(new Table("parabola", List.of("x", "y"), rows));
  }

  @Test
  void shouldFitAsManyFoldsSideBySideAsTheEngineSaysAndGiveTheSameModel() {
    CountingEngine one = new CountingEngine(1);
    CountingEngine four = new CountingEngine(4);

    TrainingResult alone = train(one);
    TrainingResult together = train(four);

    assertThat(one.mostOpen).isEqualTo(2);
    assertThat(four.mostOpen).isGreaterThan(2).isLessThanOrEqualTo(8);
    assertThat(one.open + four.open).as("gradients left open").isZero();
    assertThat(together.bundle().parameters().toArray())
        .isEqualTo(alone.bundle().parameters().toArray());
    assertThat(alone.bundle().record().getProvenance().getBackend()).startsWith("counting; ");
  }
}
