package io.lowtide.trainer.fit;

/** Fitting diverged, again and again. */
public final class FitException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final long step;
  private final double learningRate;

  FitException(long step, double learningRate, String reason, Throwable cause) {
    super(
        "training diverged at step "
            + step
            + " with learning rate "
            + learningRate
            + ": "
            + reason
            + "; try a lower learning rate, more smoothing, a kinetic penalty, or a transform for"
            + " heavy-tailed columns",
        cause);
    this.step = step;
    this.learningRate = learningRate;
  }

  /** Step that failed. */
  public long step() {
    return step;
  }

  /** Its learning rate. */
  public double learningRate() {
    return learningRate;
  }
}
