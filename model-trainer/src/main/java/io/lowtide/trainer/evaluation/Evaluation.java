package io.lowtide.trainer.evaluation;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a model says of labelled records.
 *
 * @param normalRecords normal records scored
 * @param anomalies anomalies scored
 * @param unscorable records without a score, left out of everything else
 * @param meanLogLikelihood of the normal records, in nats
 * @param falseAlarmRate share of the normal records whose p-value is within the bundle's budget
 * @param recall share of the anomalies whose p-value is; NaN without anomalies
 * @param meanEvaluations evaluations of the vector field per score
 * @param metrics how well the scores separate the two; empty unless both occur
 */
public record Evaluation(
    long normalRecords,
    long anomalies,
    long unscorable,
    double meanLogLikelihood,
    double falseAlarmRate,
    double recall,
    double meanEvaluations,
    Optional<DetectionMetrics> metrics) {

  /** Names of the columns that a model reads: continuous features, then constants. */
  public static List<String> columns(ModelBundle bundle) {
    return bundle.encoder().names();
  }

  /**
   * Scores every row.
   *
   * @param labelled rows with the columns of {@link #columns}, in that order
   */
  public static Evaluation of(ModelBundle bundle, LabelledTable labelled) {
    ValueScorer scorer = new ValueScorer(bundle.encoder(), bundle.flow());
    Table table = labelled.table();
    double[] logLikelihoods = new double[table.size()];
    boolean[] anomalous = new boolean[table.size()];
    int scored = 0;
    long evaluations = 0;
    for (int row = 0; row < table.size(); row++) {
      if (scorer.score(table.rows()[row]) == SolveStatus.COMPLETED) {
        logLikelihoods[scored] = scorer.logLikelihood();
        anomalous[scored] = labelled.anomalous()[row];
        evaluations += scorer.evaluations();
        scored++;
      }
    }
    logLikelihoods = Arrays.copyOf(logLikelihoods, scored);
    anomalous = Arrays.copyOf(anomalous, scored);
    return summary(bundle, logLikelihoods, anomalous, table.size() - scored, evaluations);
  }

  private static Evaluation summary(
      ModelBundle bundle,
      double[] logLikelihoods,
      boolean[] anomalous,
      long unscorable,
      long evaluations) {
    double budget = bundle.calibration().defaultBudget();
    long normals = 0;
    long falseAlarms = 0;
    long hits = 0;
    double sum = 0;
    for (int i = 0; i < logLikelihoods.length; i++) {
      boolean flagged = bundle.calibration().pValue(logLikelihoods[i]) <= budget;
      if (anomalous[i]) {
        hits += flagged ? 1 : 0;
      } else {
        normals++;
        falseAlarms += flagged ? 1 : 0;
        sum += logLikelihoods[i];
      }
    }
    long anomalies = logLikelihoods.length - normals;
    return new Evaluation(
        normals,
        anomalies,
        unscorable,
        sum / normals,
        (double) falseAlarms / normals,
        (double) hits / anomalies,
        (double) evaluations / logLikelihoods.length,
        normals > 0 && anomalies > 0
            ? Optional.of(DetectionMetrics.of(logLikelihoods, anomalous))
            : Optional.empty());
  }
}
