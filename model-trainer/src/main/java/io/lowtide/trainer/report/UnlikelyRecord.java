package io.lowtide.trainer.report;

import io.lowtide.density.calibration.Rarity;
import io.lowtide.density.explanation.AlertSummary;
import io.lowtide.density.explanation.ContextDescription;
import io.lowtide.density.explanation.Explainer;
import io.lowtide.density.explanation.Explanation;
import io.lowtide.schemas.ContextValue;
import java.util.List;

/**
 * One of the least likely records that the model learned from, with what makes it so.
 *
 * @param row its index among the scored records
 * @param position its place among the records of the run, from 1
 * @param logLikelihood in nats
 * @param rarity how improbable it is
 * @param explanation why
 * @param context what it was judged under
 */
public record UnlikelyRecord(
    int row,
    long position,
    double logLikelihood,
    Rarity rarity,
    Explanation explanation,
    List<ContextValue> context) {

  static final int SHOWN = 8;

  static List<UnlikelyRecord> of(ScoredRecords records) {
    Explainer explainer = new Explainer(records.model());
    return records.lowest(SHOWN).stream().map(row -> of(records, row, explainer)).toList();
  }

  private static UnlikelyRecord of(ScoredRecords records, int row, Explainer explainer) {
    var calibration = records.model().calibration();
    var encoder = records.model().encoder();
    double[] values = records.values()[row];
    return new UnlikelyRecord(
        row,
        records.positions()[row] + 1L,
        records.logLikelihoods()[row],
        calibration.rarity(calibration.severity(records.conformityScores()[row])),
        explainer.explain(
            values,
            records.logLikelihoods()[row],
            category -> records.text(row, encoder.layout().indexOfCategory(category))),
        ContextDescription.of(encoder, values, input -> records.text(row, input)));
  }

  /** What an alert would say of it. */
  public String summary() {
    return AlertSummary.of(rarity, explanation);
  }
}
