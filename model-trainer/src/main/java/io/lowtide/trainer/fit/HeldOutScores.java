package io.lowtide.trainer.fit;

import io.lowtide.density.bundle.BundleAssembler;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.flow.FlowParameters;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.feature.RecordValues;
import java.util.List;

/** Scores records that a flow was not fitted to. */
final class HeldOutScores {

  private HeldOutScores() {}

  /** Rows as the scorer takes them. */
  static List<double[]> rows(FeatureEncoder encoder, Table table) {
    return List.of(RecordValues.of(encoder, table));
  }

  /** Conformity scores, negative infinity where a record has none. */
  static double[] of(
      FeatureSpecification features,
      FlowParameters parameters,
      SolverSettings solver,
      List<double[]> rows) {
    BundleAssembler assembler = new BundleAssembler(features, parameters, solver, null);
    double[] scores = new double[rows.size()];
    ParallelScoring.score(assembler::newScorer, rows, (row, score, scorer) -> scores[row] = score);
    return scores;
  }
}
