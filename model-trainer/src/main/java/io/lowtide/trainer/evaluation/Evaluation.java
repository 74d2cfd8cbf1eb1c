package io.lowtide.trainer.evaluation;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.data.TableSelection;
import io.lowtide.trainer.feature.LagColumns;
import io.lowtide.trainer.feature.RecordValues;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a model says of labelled records.
 *
 * @param normalRecords normal records scored
 * @param anomalies anomalies scored
 * @param unscorable records without a score, left out of everything else
 * @param meanLogLikelihood of the normal records, in nats
 * @param medianLogLikelihood the same in the middle, which a few records far outside do not move
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
    double medianLogLikelihood,
    double falseAlarmRate,
    double recall,
    double meanEvaluations,
    Optional<DetectionMetrics> metrics) {

  /**
   * What a model reads of a file.
   *
   * @param label column that marks anomalies, if there is one
   * @param key column of the key whose past records count, if there is one
   */
  public static TableSelection selection(
      ModelBundle bundle, Optional<String> label, Optional<String> key) {
    Set<String> columns = new LinkedHashSet<>();
    Set<String> texts = new HashSet<>();
    for (FeatureInput input : bundle.encoder().inputs()) {
      columns.add(input.field());
      if (input.kind() == FeatureInput.Kind.CATEGORY || input.kind() == FeatureInput.Kind.TIME) {
        texts.add(input.field());
      }
    }
    key.ifPresent(
        name -> {
          columns.add(name);
          texts.add(name);
        });
    return new TableSelection(List.copyOf(columns), label, texts);
  }

  /**
   * Scores every row.
   *
   * @param labelled rows with the columns of {@link #selection}
   * @param key column of the key whose past records count; empty: all rows are of one key
   */
  public static Evaluation of(ModelBundle bundle, LabelledTable labelled, Optional<String> key) {
    ValueScorer scorer = new ValueScorer(bundle.encoder(), bundle.flow());
    Table table = LagColumns.add(labelled.table(), bundle.encoder().inputs(), key);
    double[][] values = RecordValues.of(bundle.encoder(), table);
    double[] logLikelihoods = new double[table.size()];
    double[] conformityScores = new double[table.size()];
    boolean[] anomalous = new boolean[table.size()];
    int scored = 0;
    long evaluations = 0;
    for (int row = 0; row < table.size(); row++) {
      if (scorer.score(values[row]) == SolveStatus.COMPLETED) {
        logLikelihoods[scored] = scorer.logLikelihood();
        conformityScores[scored] = scorer.conformityScore();
        anomalous[scored] = labelled.anomalous()[row];
        evaluations += scorer.evaluations();
        scored++;
      }
    }
    return summary(
        bundle,
        Arrays.copyOf(logLikelihoods, scored),
        Arrays.copyOf(conformityScores, scored),
        Arrays.copyOf(anomalous, scored),
        table.size() - scored,
        evaluations);
  }

  private static Evaluation summary(
      ModelBundle bundle,
      double[] logLikelihoods,
      double[] conformityScores,
      boolean[] anomalous,
      long unscorable,
      long evaluations) {
    double budget = bundle.calibration().defaultBudget();
    double[] ofNormals = new double[logLikelihoods.length];
    int normals = 0;
    long falseAlarms = 0;
    long hits = 0;
    for (int i = 0; i < logLikelihoods.length; i++) {
      boolean flagged = bundle.calibration().pValue(conformityScores[i]) <= budget;
      if (anomalous[i]) {
        hits += flagged ? 1 : 0;
      } else {
        ofNormals[normals++] = logLikelihoods[i];
        falseAlarms += flagged ? 1 : 0;
      }
    }
    double[] sorted = Arrays.stream(ofNormals, 0, normals).sorted().toArray();
    long anomalies = logLikelihoods.length - normals;
    return new Evaluation(
        normals,
        anomalies,
        unscorable,
        Arrays.stream(sorted).average().orElse(Double.NaN),
        normals == 0 ? Double.NaN : sorted[normals / 2],
        (double) falseAlarms / normals,
        (double) hits / anomalies,
        (double) evaluations / logLikelihoods.length,
        normals > 0 && anomalies > 0
            ? Optional.of(DetectionMetrics.of(conformityScores, anomalous))
            : Optional.empty());
  }
}
