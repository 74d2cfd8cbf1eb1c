package io.lowtide.trainer.fit;

import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchLoss;
import io.lowtide.trainer.engine.SolveException;
import java.util.Arrays;

/**
 * How many steps of Adams' method serve in training. A step costs one evaluation of the field where
 * an adaptive method spends six and a share of rejected ones; but nothing controls its error. So
 * every now and then a batch is solved adaptively, too, and the grid is the shortest whose loss and
 * gradient are those of that solve within the accuracy that the settings ask for. Where none is,
 * training goes on adaptively until the next such comparison.
 */
final class TrainingGrid {

  /** No grid serves. */
  static final int ADAPTIVE = 0;

  /** Before the first comparison. */
  static final int FIRST_GUESS = 8;

  private static final int[] STEPS = {4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32};

  /** The field changes fastest at first. */
  private static final int[] EARLY_COMPARISONS = {0, 10, 25, 50};

  private static final int COMPARISON_INTERVAL = 100;

  private final BatchGradient gradient;
  private final double accuracy;
  private final double[] other;

  /**
   * @param gradient what integrates
   * @param accuracy largest error of a batch's gradient, relative to its length, and of its loss,
   *     in nats; 0: always adaptively
   * @param parameters length of a gradient
   */
  TrainingGrid(BatchGradient gradient, double accuracy, int parameters) {
    this.gradient = gradient;
    this.accuracy = accuracy;
    this.other = new double[parameters];
  }

  /** What is known after a batch. */
  record Solved(BatchLoss loss, int steps) {}

  /**
   * Loss of a batch and its gradient.
   *
   * @param iteration number of the batch, from 0
   * @param steps of the grid so far, or {@link #ADAPTIVE}
   * @param result receives the gradient
   * @return the loss, and the steps from here on
   * @throws SolveException if the batch cannot be integrated
   */
  Solved lossAndGradient(int iteration, int steps, Batch batch, double[] result) {
    if (accuracy == 0 || !gradient.integrateOnGrid(steps)) {
      return new Solved(gradient.lossAndGradient(batch, result), ADAPTIVE);
    }
    if (isToBeCompared(iteration)) {
      BatchLoss reference = adaptively(batch, result);
      return new Solved(reference, shortest(steps, batch, reference, result));
    }
    try {
      return new Solved(gradient.lossAndGradient(batch, result), steps);
    } catch (SolveException notOnThisGrid) {
      return new Solved(adaptively(batch, result), steps);
    }
  }

  private static boolean isToBeCompared(int iteration) {
    return iteration % COMPARISON_INTERVAL == 0
        || Arrays.binarySearch(EARLY_COMPARISONS, iteration) >= 0;
  }

  private BatchLoss adaptively(Batch batch, double[] result) {
    gradient.integrateOnGrid(ADAPTIVE);
    return gradient.lossAndGradient(batch, result);
  }

  /** Starts from the grid so far, since the next one is mostly the same or one beside it. */
  private int shortest(int steps, Batch batch, BatchLoss reference, double[] exact) {
    int index = Arrays.binarySearch(STEPS, steps);
    int found = index < 0 ? STEPS.length - 1 : index;
    if (serves(STEPS[found], batch, reference, exact)) {
      while (found > 0 && serves(STEPS[found - 1], batch, reference, exact)) {
        found--;
      }
      return STEPS[found];
    }
    do {
      found++;
    } while (found < STEPS.length && !serves(STEPS[found], batch, reference, exact));
    return found < STEPS.length ? STEPS[found] : ADAPTIVE;
  }

  private boolean serves(int steps, Batch batch, BatchLoss reference, double[] exact) {
    gradient.integrateOnGrid(steps);
    try {
      BatchLoss loss = gradient.lossAndGradient(batch, other);
      return Math.abs(loss.loss() - reference.loss()) <= accuracy
          && distance(other, exact) <= accuracy * FlowFitter.norm(exact);
    } catch (SolveException tooCoarse) {
      return false;
    }
  }

  private static double distance(double[] a, double[] b) {
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      squares += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(squares);
  }
}
