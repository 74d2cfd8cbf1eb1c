package io.lowtide.benchmarks.detection;

import com.amazon.randomcutforest.RandomCutForest;
import io.lowtide.trainer.data.Table;
import java.util.Arrays;

/**
 * Random Cut Forest (Guha et al. 2016) of 100 trees of 256 records each, on standardised columns;
 * it sees the training rows once, in file order, and does not learn from the test rows.
 */
final class RandomCutForestDetector implements Detector {

  private static final int TREES = 100;
  private static final int SAMPLE_SIZE = 256;

  @Override
  public String name() {
    return "random-cut-forest";
  }

  @Override
  public TrainedDetector train(Table training, long seed) {
    Standardisation standardisation = Standardisation.of(training);
    RandomCutForest forest =
        RandomCutForest.builder()
            .dimensions(training.columns().size())
            .numberOfTrees(TREES)
            .sampleSize(SAMPLE_SIZE)
            .parallelExecutionEnabled(false)
            .randomSeed(seed)
            .build();
    for (double[] row : training.rows()) {
      forest.update(standardisation.apply(row));
    }
    return rows ->
        Arrays.stream(rows)
            .mapToDouble(row -> -forest.getAnomalyScore(standardisation.apply(row)))
            .toArray();
  }

  /** Mean and standard deviation of each column; a constant one keeps its unit. */
  private record Standardisation(double[] mean, double[] deviation) {

    static Standardisation of(Table table) {
      int columns = table.columns().size();
      double[] mean = new double[columns];
      double[] deviation = new double[columns];
      for (int i = 0; i < columns; i++) {
        double[] values = table.column(i);
        double centre = Arrays.stream(values).average().orElseThrow();
        double variance =
            Arrays.stream(values).map(x -> (x - centre) * (x - centre)).average().orElseThrow();
        mean[i] = centre;
        deviation[i] = variance > 0 ? Math.sqrt(variance) : 1;
      }
      return new Standardisation(mean, deviation);
    }

    float[] apply(double[] row) {
      float[] standardised = new float[row.length];
      for (int i = 0; i < row.length; i++) {
        standardised[i] = (float) ((row[i] - mean[i]) / deviation[i]);
      }
      return standardised;
    }
  }
}
