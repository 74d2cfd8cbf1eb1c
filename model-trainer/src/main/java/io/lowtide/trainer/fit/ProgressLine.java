package io.lowtide.trainer.fit;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Prints one line per epoch. */
public final class ProgressLine implements FitListener {

  private final PrintStream out;

  /** Prints to {@code out}. */
  public ProgressLine(PrintStream out) {
    this.out = out;
  }

  @Override
  public void epochFinished(EpochRecord epoch, int epochs, Duration left) {
    out.printf(
        Locale.ROOT,
        "epoch %3d/%d  NLL train %8.4f  validation %8.4f  evaluations %.0f + %.0f  %,.0f records/s"
            + "  %d:%02d left%n",
        epoch.epoch(),
        epochs,
        epoch.trainNegativeLogLikelihood(),
        epoch.validationNegativeLogLikelihood(),
        epoch.forwardEvaluations(),
        epoch.backwardEvaluations(),
        epoch.recordsPerSecond(),
        left.toMinutes(),
        left.toSecondsPart());
  }
}
