package io.lowtide.trainer.report;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.feature.CategoryText;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.feature.RecordValues;
import io.lowtide.trainer.fit.ParallelScoring;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Records of a run, evenly spread and at most so many, with what its model says of them.
 *
 * @param model what scored them
 * @param table the records
 * @param positions of each among all records of the run, from 0
 * @param all number of all records of the run
 * @param values of each, as a scorer takes them
 * @param logLikelihoods in nats, NaN where there is none
 * @param conformityScores in nats, negative infinity where there is none
 */
record ScoredRecords(
    ModelBundle model,
    Table table,
    int[] positions,
    int all,
    double[][] values,
    double[] logLikelihoods,
    double[] conformityScores) {

  /** So many are scored in a second or two. */
  static final int MOST = 20_000;

  static ScoredRecords of(ModelBundle model, Table records) {
    int count = Math.min(MOST, records.size());
    int[] positions =
        IntStream.range(0, count).map(i -> (int) ((long) i * records.size() / count)).toArray();
    Table table =
        records.withRows(
            Arrays.stream(positions).mapToObj(row -> records.rows()[row]).toArray(double[][]::new));
    double[][] values = RecordValues.of(model.encoder(), table);
    double[] logLikelihoods = new double[count];
    double[] conformityScores = new double[count];
    ParallelScoring.score(
        () -> new ValueScorer(model.encoder(), model.flow()),
        List.of(values),
        (row, score, scorer) -> {
          conformityScores[row] = score;
          logLikelihoods[row] = scorer.logLikelihood();
        });
    return new ScoredRecords(
        model, table, positions, records.size(), values, logLikelihoods, conformityScores);
  }

  int size() {
    return positions.length;
  }

  /**
   * Indices of the records with the lowest scores, the lowest first; those without one are none.
   */
  List<Integer> lowest(int count) {
    return IntStream.range(0, size())
        .filter(row -> Double.isFinite(conformityScores[row]))
        .boxed()
        .sorted(Comparator.comparingDouble(row -> conformityScores[row]))
        .limit(count)
        .toList();
  }

  /** The value that one of the encoder's inputs has, as text; empty where it is missing. */
  Optional<String> text(int row, int input) {
    return texts(input).apply(row);
  }

  /** The same by record, the column looked up once. */
  IntFunction<Optional<String>> texts(int input) {
    String column = model.encoder().inputs().get(input).column();
    int index = table.indexOf(column);
    List<String> texts = table.dictionaries().get(column);
    return row -> {
      double value = table.rows()[row][index];
      if (Double.isNaN(value)) {
        return Optional.empty();
      }
      return Optional.of(texts == null ? CategoryText.of(value) : texts.get((int) value));
    };
  }
}
