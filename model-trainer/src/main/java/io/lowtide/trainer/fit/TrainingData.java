package io.lowtide.trainer.fit;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.trainer.data.Table;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Records as training sees them: dequantised by each feature's resolution, encoded, smoothed by its
 * noise.
 */
final class TrainingData {

  private final FeatureEncoder encoder;
  private final double[][] values;
  private final double[] resolution;
  private final double[] smoothing;
  private final double[] noisy;
  private final double[] encoded;

  /**
   * @param encoder the encoder of the specification
   * @param table records that have every continuous feature as a column
   */
  TrainingData(FeatureEncoder encoder, Table table) {
    this.encoder = encoder;
    int dimensions = encoder.dimensions();
    this.resolution = new double[dimensions];
    this.smoothing = new double[dimensions];
    int[] columns = new int[dimensions];
    for (int i = 0; i < dimensions; i++) {
      resolution[i] = encoder.features().get(i).getResolution();
      smoothing[i] = encoder.features().get(i).getSmoothing();
      columns[i] = table.columns().indexOf(encoder.features().get(i).getName());
    }
    this.values = new double[table.size()][dimensions];
    for (int row = 0; row < values.length; row++) {
      for (int i = 0; i < dimensions; i++) {
        values[row][i] = table.rows()[row][columns[i]];
      }
    }
    this.noisy = new double[dimensions];
    this.encoded = new double[dimensions];
  }

  /** Number of records. */
  int size() {
    return values.length;
  }

  /** Number of continuous features, d. */
  int dimensions() {
    return encoder.dimensions();
  }

  /**
   * Encodes one record without noise.
   *
   * @param row which record
   * @param target receives d numbers
   */
  void copyEncoded(int row, double[] target) {
    encoder.encode(values[row], target);
  }

  /**
   * Draws a batch with fresh noise.
   *
   * @param rows which records
   * @param random source of the noise
   * @param batch receives rows by d numbers, column-major
   */
  void draw(List<Integer> rows, RandomGenerator random, double[] batch) {
    int count = rows.size();
    for (int record = 0; record < count; record++) {
      double[] row = values[rows.get(record)];
      for (int i = 0; i < noisy.length; i++) {
        noisy[i] =
            resolution[i] > 0 ? row[i] + resolution[i] * (random.nextDouble() - 0.5) : row[i];
      }
      encoder.encode(noisy, encoded);
      for (int i = 0; i < encoded.length; i++) {
        batch[i * count + record] =
            smoothing[i] > 0 ? encoded[i] + smoothing[i] * random.nextGaussian() : encoded[i];
      }
    }
  }
}
