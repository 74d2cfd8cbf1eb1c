package io.lowtide.trainer.fit;

import io.lowtide.density.likelihood.ValueScorer;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Scores records on every processor. A record's score is the same bits whatever thread makes it,
 * and whatever its neighbours are.
 */
public final class ParallelScoring {

  /** More parts than processors, because some records take longer than others. */
  private static final int PARTS_PER_PROCESSOR = 8;

  private ParallelScoring() {}

  /** Takes over what a scorer says of a record; called for different records at a time. */
  public interface Use {
    void of(int row, double conformityScore, ValueScorer scorer);
  }

  /**
   * Scores every record.
   *
   * @param scorers makes one for each part
   * @param rows records as the scorer takes them
   * @param use receives the conformity score of each, negative infinity where it has none
   */
  public static void score(Supplier<ValueScorer> scorers, List<double[]> rows, Use use) {
    int parts =
        Math.min(rows.size(), PARTS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors());
    IntStream.range(0, parts)
        .parallel()
        .forEach(
            part -> {
              ValueScorer scorer = scorers.get();
              for (int row = part; row < rows.size(); row += parts) {
                use.of(row, scorer.scoreOrLowest(rows.get(row)), scorer);
              }
            });
  }
}
