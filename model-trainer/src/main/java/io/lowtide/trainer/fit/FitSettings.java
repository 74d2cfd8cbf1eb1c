package io.lowtide.trainer.fit;

import io.lowtide.density.field.Activation;
import io.lowtide.trainer.field.FlowObjective;
import io.lowtide.trainer.field.ProbeDistribution;
import io.lowtide.trainer.field.TraceMode;
import java.time.Duration;
import java.util.List;

/**
 * How a flow is fitted.
 *
 * @param hiddenUnits units of each hidden layer
 * @param activation of the hidden layers
 * @param objective what is minimised
 * @param tolerance of the solver, relative and absolute
 * @param batchSize records per step, at least 1; at most the training records
 * @param shards threads that share a batch, at least 1; the result depends on it
 * @param batchesPerEpoch steps per epoch; 0: as many as make one pass over the training records
 * @param epochs most epochs, at least 1
 * @param learningRate peak of the schedule, positive
 * @param warmupFraction part of all steps spent on warming up, from 0 to below 1
 * @param finalFraction learning rate at the end over its peak, from 0 to 1
 * @param weightDecay decoupled weight decay, at least 0
 * @param gradientClip largest norm of the gradient, positive
 * @param averaging decay per step of the exponential moving average of the parameters that is
 *     validated and published, from 0 to below 1; 0: the parameters themselves
 * @param patience epochs without a better validation likelihood after which fitting ends, at least
 *     1
 * @param timeBudget wall-clock time after which fitting ends with the epoch; zero: no limit
 * @param seed of every random choice
 */
public record FitSettings(
    List<Integer> hiddenUnits,
    Activation activation,
    FlowObjective objective,
    double tolerance,
    int batchSize,
    int shards,
    int batchesPerEpoch,
    int epochs,
    double learningRate,
    double warmupFraction,
    double finalFraction,
    double weightDecay,
    double gradientClip,
    double averaging,
    int patience,
    Duration timeBudget,
    long seed) {

  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  public FitSettings {
    hiddenUnits = List.copyOf(hiddenUnits);
    require(tolerance > 0 && tolerance < 1, "tolerance", tolerance, "between 0 and 1");
    require(batchSize >= 1, "batchSize", batchSize, "at least 1");
    require(shards >= 1, "shards", shards, "at least 1");
    require(batchesPerEpoch >= 0, "batchesPerEpoch", batchesPerEpoch, "at least 0");
    require(epochs >= 1, "epochs", epochs, "at least 1");
    require(learningRate > 0 && learningRate < 1, "learningRate", learningRate, "between 0 and 1");
    require(
        warmupFraction >= 0 && warmupFraction < 1,
        "warmupFraction",
        warmupFraction,
        "from 0 to below 1");
    require(
        finalFraction >= 0 && finalFraction <= 1, "finalFraction", finalFraction, "from 0 to 1");
    require(weightDecay >= 0 && weightDecay < 1, "weightDecay", weightDecay, "from 0 to below 1");
    require(gradientClip > 0, "gradientClip", gradientClip, "more than 0");
    require(averaging >= 0 && averaging < 1, "averaging", averaging, "from 0 to below 1");
    require(patience >= 1, "patience", patience, "at least 1");
    require(!timeBudget.isNegative(), "timeBudget", timeBudget, "at least 0");
  }

  /** Two hidden layers of 64 units, exact trace, 30 epochs of one pass each. */
  public static FitSettings defaults() {
    return new FitSettings(
        List.of(64, 64),
        Activation.TANH,
        new FlowObjective(TraceMode.EXACT, ProbeDistribution.RADEMACHER, 0.01, 0),
        1e-4,
        512,
        Math.min(2, Runtime.getRuntime().availableProcessors()),
        0,
        30,
        3e-3,
        0.05,
        0.02,
        0,
        10,
        0.99,
        8,
        Duration.ZERO,
        1);
  }

  private static void require(boolean met, String name, Object value, String expected) {
    if (!met) {
      throw new IllegalArgumentException(name + ": " + value + ", expected " + expected);
    }
  }
}
