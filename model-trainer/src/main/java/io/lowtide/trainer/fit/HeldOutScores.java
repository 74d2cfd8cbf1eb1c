package io.lowtide.trainer.fit;

import io.lowtide.density.bundle.BundleAssembler;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Scores records with the scorer that will serve. */
final class HeldOutScores {

  private HeldOutScores() {}

  /** Rows as the scorer takes them: continuous features, then constants. */
  static List<double[]> rows(FeatureEncoder encoder, Table table) {
    List<String> names = new ArrayList<>();
    encoder.features().forEach(feature -> names.add(feature.getName()));
    encoder.constants().forEach(constant -> names.add(constant.getName()));
    int[] columns = names.stream().mapToInt(table.columns()::indexOf).toArray();
    return Arrays.stream(table.rows())
        .map(row -> IntStream.of(columns).mapToDouble(column -> row[column]).toArray())
        .toList();
  }

  /** Log-likelihoods, negative infinity where a record has none. */
  static double[] of(
      FeatureSpecification features,
      FieldParameters parameters,
      SolverSettings solver,
      List<double[]> rows) {
    ValueScorer scorer = new BundleAssembler(features, parameters, solver).newScorer();
    return rows.stream()
        .mapToDouble(
            row ->
                scorer.score(row) == SolveStatus.COMPLETED
                    ? scorer.logLikelihood()
                    : Double.NEGATIVE_INFINITY)
        .toArray();
  }
}
