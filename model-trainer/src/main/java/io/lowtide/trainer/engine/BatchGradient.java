package io.lowtide.trainer.engine;

import java.util.random.RandomGenerator;

/**
 * Loss of a batch and its parameter gradient, as an engine computes them for one {@link
 * BatchProblem}. The log-density of a record is that of the scorer; the loss is the mean over the
 * records of minus it, plus the penalties of the objective. The gradient is that of the loss by the
 * adjoint state method (Chen et al. 2018, arXiv 1806.07366, algorithm 1).
 *
 * <p>The same calls give the same bits on the same machine. Not to be used by two threads at once.
 */
public interface BatchGradient extends AutoCloseable {

  /** B, records of every batch. */
  int records();

  /**
   * Sets the parameters.
   *
   * @param parameters flat vector in the layout of the shape; kept, and not to be changed before
   *     the next call
   * @throws IllegalArgumentException if the length is not that of the shape
   */
  void setParameters(double[] parameters);

  /**
   * Draws the random probes anew, where the objective uses them; they stay until the next call.
   *
   * @param random source; an objective without probes takes nothing from it
   */
  void drawProbes(RandomGenerator random);

  /**
   * Integrates by Adams' method on a grid from the next batch on, states and cotangents, without
   * any control of the error: whoever asks for it answers for the number of steps.
   *
   * @param steps of the grid, at least 0; 0: adaptively by the problem's options, as at first
   * @return whether the engine does so; one that does not goes on adaptively
   */
  default boolean integrateOnGrid(int steps) {
    return false;
  }

  /**
   * Loss of a batch.
   *
   * @throws SolveException if the batch could not be integrated
   */
  BatchLoss loss(Batch batch);

  /**
   * Loss of a batch and its gradient.
   *
   * @param gradient receives the gradient of {@link BatchLoss#loss()} in the layout of the shape
   * @throws SolveException if the batch could not be integrated, forward or back
   */
  BatchLoss lossAndGradient(Batch batch, double[] gradient);

  /**
   * Log-densities of the batch of the last call.
   *
   * @param logDensities receives log p of each record, in nats; may be shorter than the batch
   */
  void copyLogDensities(double[] logDensities);

  /** Releases threads and memory. */
  @Override
  void close();
}
