package io.lowtide.trainer.report;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.feedback.Precision;
import io.lowtide.schemas.TrainingRun;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.feature.PlannedField;
import io.lowtide.trainer.fit.EpochReport;
import io.lowtide.trainer.fit.HeldOutPValues;
import io.lowtide.trainer.fit.NewestTenth;
import io.lowtide.trainer.fit.TrainingResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A training or a retraining as its report tells it.
 *
 * @param model the model that the report shows
 * @param records normal records, a column for each of the model's inputs, in their order
 * @param fields every field of the data with what it was taken for and why; empty where nobody
 *     asked
 * @param findings what was found in columns that is no part of them, a sentence each
 * @param recordsLeftOut records that had no part because of that
 * @param fits the fits of the run
 * @param heldOut what models say of records that they do not know
 * @param newestTenth how the newest tenth fares under a model of the rest
 * @param settings every setting with its value
 * @param decision of a retraining
 * @param precision what people said of alerts, per level
 */
public record ReportedRun(
    ModelBundle model,
    Table records,
    List<PlannedField> fields,
    List<String> findings,
    int recordsLeftOut,
    List<Fit> fits,
    List<HeldOut> heldOut,
    Optional<NewestTenth> newestTenth,
    Map<String, String> settings,
    Optional<TrainingRun> decision,
    List<Precision> precision) {

  /** Copies the lists. */
  public ReportedRun {
    fields = List.copyOf(fields);
    findings = List.copyOf(findings);
    fits = List.copyOf(fits);
    heldOut = List.copyOf(heldOut);
    precision = List.copyOf(precision);
  }

  /**
   * One fit.
   *
   * @param name of what was fitted, for a person
   * @param history a report for each validation
   */
  public record Fit(String name, List<EpochReport> history) {}

  /**
   * Records that a model does not know.
   *
   * @param name of model or records, for a person
   * @param pValues under that model
   * @param ofModel whether it is the model that the report shows
   */
  public record HeldOut(String name, HeldOutPValues pValues, boolean ofModel) {}

  /**
   * Of a training.
   *
   * @param fields every field of the data with what it was taken for and why
   */
  public static ReportedRun of(
      TrainingResult result, List<PlannedField> fields, Optional<NewestTenth> newestTenth) {
    List<HeldOut> heldOut = new ArrayList<>();
    heldOut.add(new HeldOut("Records held out of the fit", result.heldOut(), true));
    newestTenth.ifPresent(
        newest ->
            heldOut.add(
                new HeldOut("Newest tenth, under a model of the rest", newest.held(), false)));
    return new ReportedRun(
        result.bundle(),
        result.records(),
        fields,
        result.findings(),
        result.recordsLeftOut(),
        List.of(new Fit("model", result.history())),
        heldOut,
        newestTenth,
        result.settings(),
        Optional.empty(),
        List.of());
  }
}
