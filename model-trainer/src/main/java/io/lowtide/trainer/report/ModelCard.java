package io.lowtide.trainer.report;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.explanation.AlertSummary;
import io.lowtide.kafka.alert.Printable;
import io.lowtide.kafka.feedback.Precision;
import io.lowtide.schemas.ComparedModel;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.Lineage;
import io.lowtide.schemas.MixtureBase;
import io.lowtide.schemas.SeverityLevel;
import io.lowtide.schemas.SolverCertificate;
import io.lowtide.schemas.TrainingRun;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a model is, what it is for, how it was checked and what it is not to be relied on for, in
 * Markdown: a model card (Mitchell et al. 2019, Model Cards for Model Reporting, arXiv 1810.03993).
 */
final class ModelCard {

  private static final int LONGEST_TEXT = 80;

  private final RunFacts facts;
  private final ReportedRun run;
  private final ModelBundle model;
  private final DensityModel record;
  private final StringBuilder card = new StringBuilder();

  private ModelCard(RunFacts facts) {
    this.facts = facts;
    this.run = facts.run();
    this.model = run.model();
    this.record = model.record();
  }

  static String of(RunFacts facts) {
    return new ModelCard(facts).text();
  }

  private String text() {
    line("# Model card: %s", safe(model.detector()));
    line("");
    line("**%s.** %s", safe(facts.verdict().headline()), safe(facts.verdict().text()));
    line("");
    addModel();
    addUse();
    addData();
    addChecks();
    run.decision().ifPresent(this::addDecision);
    addPrecision();
    line("## Known limits");
    line("");
    facts.limits().forEach(limit -> line("- %s", safe(limit)));
    return card.toString();
  }

  private void line(String format, Object... arguments) {
    card.append(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
    card.append('\n');
  }

  private void row(Object... cells) {
    line(
        "| %s |",
        Arrays.stream(cells)
            .map(cell -> safe(String.valueOf(cell)))
            .collect(Collectors.joining(" | ")));
  }

  private void head(String... cells) {
    line("| %s |", String.join(" | ", cells));
    line("|%s", "---|".repeat(cells.length));
  }

  /**
   * A text that Markdown shows as it is: its marks are escaped, and so are those of HTML, which
   * Markdown lets through.
   */
  static String safe(String text) {
    String printable = Printable.of(text);
    StringBuilder safe = new StringBuilder();
    for (int i = 0; i < printable.length(); i++) {
      char c = printable.charAt(i);
      switch (c) {
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '&' -> safe.append("&amp;");
        case '\\', '`', '*', '_', '[', ']', '|', '#', '~', '!' -> safe.append('\\').append(c);
        default -> safe.append(c);
      }
    }
    return safe.toString();
  }

  private static String name(String name) {
    return name.codePointCount(0, name.length()) <= LONGEST_TEXT
        ? name
        : name.substring(0, name.offsetByCodePoints(0, LONGEST_TEXT)) + "\u2026";
  }

  private static String base(MixtureBase base) {
    int components = base.getComponents().size();
    String mixture = components == 1 ? "one Gaussian" : "a mixture of " + components + " Gaussians";
    return base.getKernels() == null
        ? mixture
        : String.format(
            Locale.ROOT,
            "%s, and for %.0f %% of it from kernels around %,d training records, which the bundle"
                + " holds",
            mixture,
            100 * base.getKernels().getShare(),
            base.getKernels().getScales().size());
  }

  private void addModel() {
    line("## Model");
    line("");
    head("", "");
    row("Version", model.version());
    row("Made", record.getCreatedAt());
    row(
        "Kind",
        "density of normal records by a continuous normalizing flow (FFJORD, arXiv 1810.01367), from "
            + (record.getBase() == null ? "a standard normal" : base(record.getBase())));
    row("Parameters", String.format(Locale.ROOT, "%,d", model.parameters().toArray().length));
    row("Trained in", String.format(Locale.ROOT, "%.1f s", record.getTraining().getSeconds()));
    SolverCertificate certificate = record.getSolver().getCertificate();
    if (certificate != null) {
      row(
          "A score",
          String.format(
              Locale.ROOT,
              "%.1f evaluations of the field; 99 %% within %.2g nats of exact integration",
              certificate.getMeanEvaluations(),
              certificate.getError99()));
    }
    row("Content, SHA-256", model.contentSha256());
    row("Engine", record.getProvenance().getBackend());
    row("Java", record.getProvenance().getJavaVersion());
    row("Lowtide", record.getProvenance().getLowtideVersion());
    Lineage lineage = record.getProvenance().getLineage();
    if (lineage != null) {
      row("Training run", lineage.getRun());
      row("Began with", lineage.getStart());
    }
    line("");
  }

  private void addUse() {
    line("## Use");
    line("");
    line(
        "Finds records that are improbable beside those it was trained on, and says which fields make"
            + " them so. Its alerts are for people and for what they route them to; it does not know"
            + " what an anomaly means, and its p-values say nothing of records of another source.");
    line("");
  }

  private void addData() {
    line("## Records");
    line("");
    line(
        "%,d normal records of %s; SHA-256 %s, seed %d.",
        record.getProvenance().getRows(),
        safe(run.records().source()),
        record.getProvenance().getDataSha256(),
        record.getProvenance().getSeed());
    line("");
    head("Field", "Taken for", "Range", "Missing");
    for (FieldFacts field : facts.fields()) {
      row(
          name(field.name()),
          field.takenFor(),
          range(field.values()),
          field.missing() == 0
              ? "none"
              : String.format(Locale.ROOT, "%.2f %%", 100.0 * field.missing() / facts.looked()));
    }
    line("");
    if (facts.fieldsNotShown() > 0) {
      line("%,d further fields are in training.json.", facts.fieldsNotShown());
      line("");
    }
    List<String> leftOut =
        run.fields().stream()
            .filter(field -> field.isLeftOut())
            .map(field -> name(field.name()))
            .toList();
    if (!leftOut.isEmpty()) {
      line("Left out: %s.", safe(String.join(", ", leftOut)));
      line("");
    }
    if (!run.findings().isEmpty()) {
      run.findings().forEach(finding -> line("- %s", safe(finding)));
      line("");
    }
  }

  private static String range(FieldFacts.Values values) {
    if (values instanceof FieldFacts.Numbers numbers) {
      double range = numbers.greatest() - numbers.least();
      return AlertSummary.number(numbers.least(), range)
          + " to "
          + AlertSummary.number(numbers.greatest(), range);
    }
    if (values instanceof FieldFacts.Categories categories) {
      return categories.most().stream()
              .map(share -> name(share.text()))
              .collect(Collectors.joining(", "))
          + (categories.others() > 0 ? " and " + categories.others() + " more" : "");
    }
    return values instanceof FieldFacts.Times times
        ? times.first() + " to " + times.last()
        : "nothing";
  }

  private void addChecks() {
    line("## Checks");
    line("");
    double budget = model.calibration().defaultBudget();
    line(
        "Calibrated on %,d records that had no part in the fit they are scored by; the false-alarm"
            + " budget is %.3g %%.",
        model.calibration().size(), 100 * budget);
    line("");
    head("Records", "Number", "Flagged at the budget");
    for (ReportedRun.HeldOut held : run.heldOut()) {
      if (held.pValues().sorted().length > 0) {
        row(
            held.name(),
            String.format(Locale.ROOT, "%,d", held.pValues().sorted().length),
            String.format(Locale.ROOT, "%.2f %%", 100 * held.pValues().shareAtMost(budget)));
      }
    }
    line("");
  }

  private void addDecision(TrainingRun decision) {
    line("## Decision");
    line("");
    line("%s: %s.", decision.getOutcome(), safe(decision.getReason()));
    line("");
    head("Model", "Log-likelihood", "Gain", "Flagged", "In calibration");
    for (ComparedModel compared : decision.getModels()) {
      if (compared.getFailure() != null) {
        row(compared.getRole(), compared.getFailure(), "", "", "");
        continue;
      }
      row(
          compared.getRole(),
          compared.getMeanLogLikelihood() == null
              ? "-"
              : String.format(Locale.ROOT, "%.4f", compared.getMeanLogLikelihood()),
          compared.getGain() == null
              ? "-"
              : String.format(
                  Locale.ROOT,
                  "%+.4f, standard error %.4f",
                  compared.getGain(),
                  compared.getGainStandardError()),
          compared.getAlertRate() == null
              ? "-"
              : String.format(Locale.ROOT, "%.2f %%", 100 * compared.getAlertRate()),
          compared.getInCalibration() == null ? "-" : compared.getInCalibration() ? "yes" : "no");
    }
    line("");
  }

  private void addPrecision() {
    if (run.precision().isEmpty()) {
      return;
    }
    line("## Feedback");
    line("");
    head("Severity", "Judged", "Anomalies", "Normal", "Precision");
    for (Precision level : run.precision()) {
      row(
          level.level().map(SeverityLevel::name).orElse("no level"),
          level.anomalies() + level.normal(),
          level.anomalies(),
          level.normal(),
          String.format(Locale.ROOT, "%.1f %%", 100 * level.share()));
    }
    line("");
  }
}
