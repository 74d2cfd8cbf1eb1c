package io.lowtide.trainer.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lowtide.kafka.feedback.Precision;
import io.lowtide.schemas.ComparedModel;
import io.lowtide.schemas.RunCause;
import io.lowtide.schemas.SeverityLevel;
import io.lowtide.schemas.TrainingRun;
import io.lowtide.trainer.data.Causes;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.WholeFile;
import io.lowtide.trainer.report.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a retraining decided, for people and for tools. */
public final class RetrainReport {

  private static final ObjectMapper JSON = new ObjectMapper();

  private RetrainReport() {}

  /**
   * Writes {@code training.json}: what the event on the runs topic says, the history of each fit,
   * and what people said of alerts.
   *
   * @param histories file of each fit, by the role of its model
   * @param precision what people said of alerts, per level
   * @throws DataException if it cannot be written
   */
  static void write(
      TrainingRun run, Map<String, Path> histories, List<Precision> precision, Path file) {
    try {
      // Avro's text of a record is JSON.
      ObjectNode root = (ObjectNode) JSON.readTree(run.toString());
      ObjectNode fits = root.putObject("fits");
      for (Map.Entry<String, Path> history : histories.entrySet()) {
        JsonNode fit = JSON.readTree(Files.readAllBytes(history.getValue()));
        fits.set(history.getKey(), fit);
      }
      ArrayNode feedback = root.putArray("feedback");
      for (Precision level : precision) {
        feedback
            .addObject()
            .put("level", level.level().map(SeverityLevel::name).orElse(null))
            .put("anomalies", level.anomalies())
            .put("normal", level.normal())
            .put("precision", level.share());
      }
      WholeFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
    } catch (IOException e) {
      throw new DataException(file + ": cannot be written: " + Causes.text(e), e);
    }
  }

  /** Several lines for a person: each model, and what was decided. */
  public static String text(TrainingRun run) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s%s%n%,d records read, %,d unreadable; %,d used, models compared on the newest %,d%n%n",
            run.getCause() == RunCause.DRIFT ? "For drift: " : "",
            run.getSource(),
            run.getRecordsRead(),
            run.getRecordsUnreadable(),
            run.getRecordsUsed(),
            run.getHeldOutRecords()));
    text.append(
        String.format(
            Locale.ROOT,
            "%-13s %12s %20s %10s %10s %8s %8s %9s%n",
            "model",
            "mean ll",
            "gain",
            "alerts",
            "budget",
            "KS",
            "evals",
            "agreement"));
    for (ComparedModel model : run.getModels()) {
      text.append(
          model.getFailure() == null
              ? String.format(
                  Locale.ROOT,
                  "%-13s %12s %20s %10s %10s %8s %8s %9s%n",
                  model.getRole(),
                  number("%.4f", model.getMeanLogLikelihood()),
                  model.getGain() == null
                      ? "-"
                      : String.format(
                          Locale.ROOT,
                          "%+.4f +- %.4f",
                          model.getGain(),
                          model.getGainStandardError()),
                  percent(model.getAlertRate()),
                  percent(model.getBudget()),
                  number("%.3f", model.getCalibrationDistance()),
                  number("%.1f", model.getEvaluations()),
                  percent(model.getAgreement()))
              : String.format(Locale.ROOT, "%-13s %s%n", model.getRole(), model.getFailure()));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%n%s: %s%n",
            switch (run.getOutcome()) {
              case PUBLISHED -> Verdict.published(run) + ": " + run.getPublished();
              case KEPT -> "The champion " + run.getChampion() + " stays";
              default -> "Nothing decided";
            },
            run.getReason()));
    return text.toString();
  }

  private static String number(String format, Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, format, value);
  }

  private static String percent(Double share) {
    return share == null ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }
}
