package io.lowtide.trainer.engine;

import io.lowtide.density.ode.SolveStatus;

/** A batch could not be integrated. */
public final class SolveException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final SolveStatus status;
  private final int evaluations;
  private final double time;

  /**
   * @param status why
   * @param evaluations spent
   * @param time reached
   */
  public SolveException(SolveStatus status, int evaluations, double time) {
    super(
        "batch not integrated: "
            + status
            + " at time "
            + time
            + " after "
            + evaluations
            + " evaluations of the vector field; a looser tolerance, a larger budget, a lower"
            + " learning rate or a kinetic penalty may help");
    this.status = status;
    this.evaluations = evaluations;
    this.time = time;
  }

  /** Why; never {@link SolveStatus#COMPLETED}. */
  public SolveStatus status() {
    return status;
  }

  /** Evaluations spent. */
  public int evaluations() {
    return evaluations;
  }

  /** Time reached. */
  public double time() {
    return time;
  }
}
