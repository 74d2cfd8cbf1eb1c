package io.lowtide.trainer.fit;

/** Training went wrong again and again; the message says where and what to try. */
public final class TrainingDivergedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TrainingDivergedException(int iteration, int setbacks, String last) {
    super(
        "training diverged: set back "
            + setbacks
            + " times by iteration "
            + iteration
            + ", the last time because of "
            + last
            + "; try a lower learning.rate, a higher kinetic.penalty or more smoothing");
  }
}
