package io.lowtide.trainer.report;

import io.lowtide.trainer.data.WholeFile;
import io.lowtide.trainer.report.page.HtmlReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Writes the report that people read of a run, and its model card. */
public final class RunReport {

  /** Name of the report in its folder. */
  public static final String REPORT = "report.html";

  /** Name of the model card in its folder. */
  public static final String CARD = "model-card.md";

  private RunReport() {}

  /**
   * Measures and writes; takes some seconds at most.
   *
   * @return the report
   * @throws IOException if a file cannot be written
   */
  public static Path write(ReportedRun run, Path folder) throws IOException {
    RunFacts facts = RunFacts.of(run);
    WholeFile.write(folder.resolve(CARD), ModelCard.of(facts).getBytes(StandardCharsets.UTF_8));
    Path report = folder.resolve(REPORT);
    WholeFile.write(report, HtmlReport.of(facts).getBytes(StandardCharsets.UTF_8));
    return report;
  }
}
