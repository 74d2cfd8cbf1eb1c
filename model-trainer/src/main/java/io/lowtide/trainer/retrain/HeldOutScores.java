package io.lowtide.trainer.retrain;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.feature.RecordValues;
import io.lowtide.trainer.fit.HeldOutPValues;
import io.lowtide.trainer.fit.ParallelScoring;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What one model says of the held-out records, in their order.
 *
 * @param bundle the model
 * @param logLikelihoods of the records, in nats, in their own units; NaN where one has no score
 * @param conformityScores in nats; negative infinity where a record has no score
 * @param evaluations of the vector field per score, on average
 */
record HeldOutScores(
    ModelBundle bundle, double[] logLikelihoods, double[] conformityScores, double evaluations) {

  static HeldOutScores of(ModelBundle bundle, Table heldOut) {
    List<double[]> rows =
        List.of(RecordValues.of(bundle.encoder(), withColumnsOf(bundle, heldOut)));
    double[] logLikelihoods = new double[rows.size()];
    double[] conformityScores = new double[rows.size()];
    int[] evaluations = new int[rows.size()];
    ParallelScoring.score(
        () -> new ValueScorer(bundle.encoder(), bundle.flow()),
        rows,
        (row, score, scorer) -> {
          conformityScores[row] = score;
          logLikelihoods[row] =
              score == Double.NEGATIVE_INFINITY ? Double.NaN : scorer.logLikelihood();
          evaluations[row] = scorer.evaluations();
        });
    return new HeldOutScores(
        bundle,
        logLikelihoods,
        conformityScores,
        Arrays.stream(evaluations).average().orElse(Double.NaN));
  }

  /** A field that the records no longer have is missing in all of them. */
  static Table withColumnsOf(ModelBundle bundle, Table table) {
    Set<String> lacking = new LinkedHashSet<>();
    for (FeatureInput input : bundle.encoder().inputs()) {
      if (!table.columns().contains(input.column())) {
        lacking.add(input.column());
      }
    }
    if (lacking.isEmpty()) {
      return table;
    }
    double[] missing = new double[lacking.size()];
    Arrays.fill(missing, Double.NaN);
    double[][] values = new double[table.size()][];
    Arrays.fill(values, missing);
    return table.withColumns(new ArrayList<>(lacking), values);
  }

  int size() {
    return logLikelihoods.length;
  }

  boolean isScored(int row) {
    return !Double.isNaN(logLikelihoods[row]);
  }

  int scored() {
    return (int) Arrays.stream(logLikelihoods).filter(value -> !Double.isNaN(value)).count();
  }

  /** Mean over the records with a score; NaN if there is none. */
  double meanLogLikelihood() {
    return Arrays.stream(logLikelihoods)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  double pValue(int row) {
    return bundle.calibration().pValue(conformityScores[row]);
  }

  /** Of the records with a score. */
  HeldOutPValues pValues() {
    return new HeldOutPValues(
        IntStream.range(0, size())
            .filter(this::isScored)
            .mapToDouble(this::pValue)
            .sorted()
            .toArray(),
        bundle.calibration().size());
  }

  double budget() {
    return bundle.calibration().defaultBudget();
  }

  /** Whether the stream would raise an alert; it dead-letters a record without a score. */
  boolean isFlagged(int row) {
    return isScored(row) && pValue(row) <= budget();
  }
}
