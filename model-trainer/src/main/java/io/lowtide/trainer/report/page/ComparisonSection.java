package io.lowtide.trainer.report.page;

import io.lowtide.kafka.feedback.Precision;
import io.lowtide.schemas.ComparedModel;
import io.lowtide.schemas.SeverityLevel;
import io.lowtide.schemas.TrainingRun;
import java.util.List;

/** Champion and challengers side by side, and what people said of the champion's alerts. */
final class ComparisonSection {

  /** Where a run's settings do not say it. */
  private static final double USUAL_MARGIN = 0.02;

  private ComparisonSection() {}

  static void add(Markup page, TrainingRun run) {
    page.element(
        "p",
        "On the newest "
            + Figures.count(run.getHeldOutRecords())
            + " of "
            + Figures.count(run.getRecordsUsed())
            + " records, which no challenger has seen.",
        "class",
        "note");
    List<ComparedModel> gaining =
        run.getModels().stream()
            .filter(model -> model.getGain() != null && model.getGainStandardError() != null)
            .toList();
    if (!gaining.isEmpty()) {
      page.open("div", "class", "half");
      page.add(GainFigure.of(gaining, margin(run)));
      page.close();
    }
    Tables.add(
        page,
        "Champion and challengers",
        List.of(
            "Model",
            "Log-likelihood",
            "Gain",
            "Flagged",
            "Budget",
            "From uniform",
            "In calibration",
            "Evaluations",
            "Agreement"),
        run.getModels().stream().map(ComparisonSection::row).toList());
    page.element(
        "p",
        "Log-likelihood: mean over the records, in nats. Gain: over the champion, with its standard"
            + " error, without records that one of the two flags. From uniform: Kolmogorov-Smirnov"
            + " distance of the p-values. Evaluations: of the vector field, per score. Agreement: of"
            + " the records that this model or the champion flags, the share that both do.",
        "class",
        "note");
  }

  private static double margin(TrainingRun run) {
    try {
      return Double.parseDouble(
          run.getSettings().getOrDefault("retrain.margin", String.valueOf(USUAL_MARGIN)));
    } catch (NumberFormatException e) {
      return USUAL_MARGIN;
    }
  }

  private static List<String> row(ComparedModel model) {
    if (model.getFailure() != null) {
      return List.of(model.getRole(), "could not be made: " + model.getFailure());
    }
    return List.of(
        model.getRole(),
        fixed(4, model.getMeanLogLikelihood()),
        model.getGain() == null
            ? "\u2013"
            : Figures.signed(4, model.getGain())
                + " \u00b1 "
                + Figures.fixed(4, model.getGainStandardError()),
        percent(model.getAlertRate()),
        Figures.percent(model.getBudget()),
        fixed(3, model.getCalibrationDistance()),
        model.getInCalibration() == null ? "\u2013" : model.getInCalibration() ? "yes" : "no",
        fixed(1, model.getEvaluations()),
        percent(model.getAgreement()));
  }

  private static String fixed(int decimals, Double value) {
    return value == null ? "\u2013" : Figures.fixed(decimals, value);
  }

  private static String percent(Double share) {
    return share == null ? "\u2013" : Figures.percent(share);
  }

  static void addPrecision(Markup page, List<Precision> precision) {
    Tables.add(
        page,
        "Precision per severity",
        List.of("Severity", "Judged", "Anomalies", "Normal", "Precision"),
        precision.stream()
            .map(
                level ->
                    List.of(
                        level.level().map(SeverityLevel::name).orElse("no level"),
                        Figures.count(level.anomalies() + level.normal()),
                        Figures.count(level.anomalies()),
                        Figures.count(level.normal()),
                        Figures.percent(level.share())))
            .toList());
  }
}
