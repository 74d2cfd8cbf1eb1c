package io.lowtide.trainer.retrain;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.feedback.Precision;
import io.lowtide.schemas.TrainingRun;
import io.lowtide.trainer.feature.PlanInference;
import io.lowtide.trainer.feature.PlannedField;
import io.lowtide.trainer.report.ReportedRun;
import io.lowtide.trainer.report.RunReport;
import io.lowtide.trainer.report.TrainingReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The report that people read of a retraining: what was decided, and the model that is in use after
 * it.
 */
final class DecisionReport {

  private static final Logger LOG = LoggerFactory.getLogger(DecisionReport.class);

  private final RetrainSettings settings;
  private final RunRecords records;
  private final Retraining.Outcome outcome;
  private final TrainingRun event;

  DecisionReport(
      RetrainSettings settings, RunRecords records, Retraining.Outcome outcome, TrainingRun event) {
    this.settings = settings;
    this.records = records;
    this.outcome = outcome;
    this.event = event;
  }

  /**
   * Writes it; nothing where no model is in use, and where it cannot be made but the error.
   *
   * @param histories file of each fit, by the role of its model
   * @return the report, if it is written
   */
  Optional<Path> write(Map<String, Path> histories, List<Precision> precision, Path folder) {
    Optional<String> shown =
        outcome
            .decision()
            .winner()
            .or(() -> Optional.of(ComparedModels.CHAMPION))
            .filter(outcome.scores()::containsKey);
    if (shown.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(RunReport.write(of(shown.get(), histories, precision), folder));
    } catch (IOException | RuntimeException e) {
      // A run that nobody watches must not fail for want of a picture.
      LOG.error("{}: the report of the run cannot be made; the run goes on without it", folder, e);
      return Optional.empty();
    }
  }

  private ReportedRun of(String shown, Map<String, Path> histories, List<Precision> precision)
      throws IOException {
    ModelBundle model = outcome.winner().orElseGet(() -> outcome.scores().get(shown).bundle());
    List<ReportedRun.Fit> fits = new ArrayList<>();
    for (Map.Entry<String, Path> history : histories.entrySet()) {
      fits.add(
          new ReportedRun.Fit(history.getKey(), TrainingReport.readHistory(history.getValue())));
    }
    return new ReportedRun(
        model,
        HeldOutScores.withColumnsOf(model, records.older(settings.heldOut())),
        fields(),
        List.of(),
        0,
        fits,
        heldOut(shown),
        Optional.empty(),
        settings.asMap(),
        Optional.of(event),
        precision);
  }

  /** With reasons where they were found in these records. */
  private List<PlannedField> fields() {
    boolean inferred =
        settings.features().isEmpty() && !outcome.scores().containsKey(ComparedModels.CHAMPION);
    return inferred ? PlanInference.fields(records.table(), settings.key()) : List.of();
  }

  /** The newest records under each model, that which is shown first. */
  private List<ReportedRun.HeldOut> heldOut(String shown) {
    List<ReportedRun.HeldOut> heldOut = new ArrayList<>();
    outcome
        .scores()
        .forEach(
            (role, scores) -> {
              boolean ofModel = role.equals(shown);
              heldOut.add(
                  ofModel ? 0 : heldOut.size(),
                  new ReportedRun.HeldOut("Newest records, " + role, scores.pValues(), ofModel));
            });
    return heldOut;
  }
}
