package io.lowtide.benchmarks.nab;

import com.amazon.randomcutforest.RandomCutForest;

/**
 * Random Cut Forest (Guha et al. 2016) of 100 trees of 256 points each, a point being the last
 * eight values. It learns from every row, after it has scored it, as it is meant to on streams.
 */
final class RandomCutForestNabDetector implements NabDetector {

  private static final int TREES = 100;
  private static final int SAMPLE_SIZE = 256;
  private static final int SHINGLE = 8;

  private final long seed;

  /**
   * @param seed seed of every random choice
   */
  RandomCutForestNabDetector(long seed) {
    this.seed = seed;
  }

  @Override
  public String name() {
    return "random-cut-forest";
  }

  @Override
  public double[] anomalyScores(NabSet set) {
    RandomCutForest forest =
        RandomCutForest.builder()
            .dimensions(SHINGLE)
            .shingleSize(SHINGLE)
            .internalShinglingEnabled(true)
            .numberOfTrees(TREES)
            .sampleSize(SAMPLE_SIZE)
            .parallelExecutionEnabled(false)
            .randomSeed(seed)
            .build();
    double[] scores = new double[set.rows()];
    for (int row = 0; row < set.rows(); row++) {
      float[] value = {(float) set.values()[row]};
      if (row >= set.probationRows()) {
        scores[row] = forest.getAnomalyScore(value);
      }
      forest.update(value);
    }
    return scores;
  }
}
