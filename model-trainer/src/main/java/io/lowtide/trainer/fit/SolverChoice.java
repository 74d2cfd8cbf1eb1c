package io.lowtide.trainer.fit;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowParameters;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.GridMethod;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.density.ode.SolverSettings.Adaptive;
import io.lowtide.density.ode.SolverSettings.CheckedGrid;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.SolverCertificate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How scores of one flow are integrated, with a certificate of what was measured. On the trained
 * path a flow is smooth and its normal records are much alike, so a fixed grid does what an
 * adaptive solver takes more evaluations for; a check of each step sends the records that are not
 * alike to the adaptive solver.
 *
 * @param solver the settings
 * @param certificate errors and evaluations on the records it was chosen by
 */
record SolverChoice(SolverSettings solver, SolverCertificate certificate) {

  private static final int LEAST_STEPS = 4;
  private static final int MOST_STEPS = 24;
  private static final int RECORDS = 1_000;

  /**
   * Share of the measured records that a grid has to keep within the accuracy, so that 99 % of
   * fresh ones are, too: its steps are as few as these same records allow.
   */
  private static final double ACCURATE_SHARE = 0.995;

  /** Share of the records that a grid may send to the adaptive solver. */
  private static final double ADAPTIVE_SHARE = 0.02;

  /**
   * Chooses.
   *
   * @param rows normal records as the scorer takes them, at least one
   */
  static SolverChoice of(
      FeatureSpecification features,
      FlowParameters parameters,
      TrainingSettings settings,
      List<double[]> rows) {
    return new Measurement(features, parameters, settings, sample(rows)).choose();
  }

  private boolean isCheaperThan(SolverChoice other) {
    return certificate.getMeanEvaluations() < other.certificate.getMeanEvaluations();
  }

  private static List<double[]> sample(List<double[]> rows) {
    int count = Math.min(RECORDS, rows.size());
    return IntStream.range(0, count)
        .mapToObj(i -> rows.get((int) ((long) i * rows.size() / count)))
        .toList();
  }

  private static final class Measurement {

    private final TrainingSettings settings;
    private final FeatureEncoder encoder;
    private final Flow flow;
    private final List<double[]> rows;
    private final double[] reference;

    Measurement(
        FeatureSpecification features,
        FlowParameters parameters,
        TrainingSettings settings,
        List<double[]> rows) {
      this.settings = settings;
      this.encoder = new FeatureEncoder(features);
      this.flow = Flow.of(parameters, settings.adaptiveSolver());
      this.rows = rows;
      this.reference = new Scores(Flow.reference(parameters)).conformityScores;
    }

    SolverChoice choose() {
      Adaptive adaptive = settings.adaptiveSolver();
      SolverChoice adaptively = certify(adaptive, scores(adaptive), 0);
      if (settings.scoresOnGrid()) {
        for (int steps = LEAST_STEPS; steps <= MOST_STEPS; steps++) {
          CheckedGrid open = adaptive.onCheckedGrid(GridMethod.ADAMS, steps, Double.MAX_VALUE);
          double limit = limit(scores(open).gridErrors);
          if (limit > 0 && limit < Double.MAX_VALUE) {
            CheckedGrid grid = adaptive.onCheckedGrid(GridMethod.ADAMS, steps, limit);
            Scores scores = scores(grid);
            if (scores.unscorable() == 0
                && quantile(scores.errors(), ACCURATE_SHARE) <= settings.scoringAccuracy()) {
              SolverChoice choice = certify(grid, scores, scores.shareBeyond(limit));
              return choice.isCheaperThan(adaptively) ? choice : adaptively;
            }
          }
        }
      }
      return adaptively;
    }

    /**
     * Between two records' errors, so that none lies on it: another kernel that rounds otherwise
     * sends the same records to the adaptive solver.
     */
    private static double limit(double[] gridErrors) {
      double within = quantile(gridErrors, 1 - ADAPTIVE_SHARE);
      double beyond =
          Arrays.stream(gridErrors).filter(error -> error > within).min().orElse(within);
      return Double.isFinite(beyond) ? 0.5 * (within + beyond) : within;
    }

    private Scores scores(SolverSettings solver) {
      return new Scores(flow.withSolver(solver));
    }

    /**
     * @param adaptiveShare share of the records that a grid sent to the adaptive solver
     */
    private SolverChoice certify(SolverSettings solver, Scores scores, double adaptiveShare) {
      double[] errors = scores.errors();
      return new SolverChoice(
          solver,
          new SolverCertificate(
              (long) errors.length,
              scores.unscorable(),
              quantile(errors, 0.5),
              quantile(errors, 0.99),
              quantile(errors, 1),
              scores.evaluations / (double) rows.size(),
              adaptiveShare));
    }

    /** The smallest value that at least this fraction of the values does not exceed. */
    private static double quantile(double[] values, double fraction) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      return sorted.length == 0
          ? 0
          : sorted[Math.max(0, (int) Math.ceil(fraction * sorted.length) - 1)];
    }

    /** Conformity scores, negative infinity where there is none, and grid errors of all rows. */
    private final class Scores {

      private final double[] conformityScores = new double[rows.size()];
      private final double[] gridErrors = new double[rows.size()];
      private final long evaluations;

      Scores(Flow flow) {
        long[] evaluationsOf = new long[rows.size()];
        ParallelScoring.score(
            () -> new ValueScorer(encoder, flow),
            rows,
            (row, score, scorer) -> {
              conformityScores[row] = score;
              gridErrors[row] = scorer.largestGridError();
              evaluationsOf[row] = scorer.evaluations();
            });
        evaluations = Arrays.stream(evaluationsOf).sum();
      }

      /** Share of the records with a step on the grid that is not within the limit. */
      double shareBeyond(double limit) {
        return Arrays.stream(gridErrors).filter(error -> !(error <= limit)).count()
            / (double) rows.size();
      }

      /** Of the records that have a score, by exact integration and here. */
      double[] errors() {
        return differences().filter(Double::isFinite).toArray();
      }

      /** Records that exact integration scores and this one does not. */
      long unscorable() {
        return differences().filter(error -> error == Double.POSITIVE_INFINITY).count();
      }

      /**
       * Those of the log-likelihoods, too: what missing values add is the same on both sides. Not a
       * number where exact integration has no score either.
       */
      private DoubleStream differences() {
        return IntStream.range(0, conformityScores.length)
            .mapToDouble(row -> Math.abs(conformityScores[row] - reference[row]));
      }
    }
  }
}
