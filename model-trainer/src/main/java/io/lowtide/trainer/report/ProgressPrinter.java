package io.lowtide.trainer.report;

import io.lowtide.trainer.fit.EpochReport;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;

/** Prints a line for each validation. */
public final class ProgressPrinter implements Consumer<EpochReport> {

  private final PrintWriter out;
  private boolean begun;

  public ProgressPrinter(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void accept(EpochReport report) {
    if (!begun) {
      out.printf(
          "%7s %10s %12s %15s %12s %10s %8s%n",
          "epoch", "iteration", "train NLL", "validation NLL", "evaluations", "records/s", "left");
      begun = true;
    }
    out.printf(
        Locale.ROOT,
        "%7d %5d/%-5d %11.4f %14s%s %5.0f + %-4.0f %10.0f %6.0f s%n",
        report.epoch(),
        report.iteration(),
        report.iterations(),
        report.trainNegativeLogLikelihood(),
        report.isValidated()
            ? String.format(Locale.ROOT, "%.4f", report.validationNegativeLogLikelihood())
            : "-",
        report.isValidated() && report.best() ? "*" : " ",
        report.forwardEvaluations(),
        report.backwardEvaluations(),
        report.recordsPerSecond(),
        report.secondsLeft());
  }
}
