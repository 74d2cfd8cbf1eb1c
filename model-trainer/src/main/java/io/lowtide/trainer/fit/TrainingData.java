package io.lowtide.trainer.fit;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.feature.RecordValues;
import io.lowtide.trainer.mixture.EncodedRecords;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Records as training sees them: dequantised by each feature's resolution, encoded, smoothed by its
 * noise, with their context. Now and then a category is withheld from the context, so that the flow
 * learns what is normal where it is an unknown one.
 */
final class TrainingData {

  /** How often a category is withheld. */
  private static final double WITHHELD = 0.03;

  private final FeatureEncoder encoder;
  private final List<int[]> categoryEntries;
  private final double[][] values;
  private final double[][] contexts;
  private final double[] resolution;
  private final double[] smoothing;
  private final double[] noisy;
  private final double[] encoded;
  private final double[] withoutNoise;

  /**
   * @param encoder the encoder of the specification
   * @param table records that have every input of the encoder as a column; those with a value
   *     outside the domain of its transform, which have no density, are left out
   */
  TrainingData(FeatureEncoder encoder, Table table) {
    this.encoder = encoder;
    this.categoryEntries = encoder.categoryEntries();
    this.values =
        Arrays.stream(RecordValues.of(encoder, table))
            .filter(row -> isInDomain(encoder, row))
            .toArray(double[][]::new);
    this.contexts = new double[values.length][encoder.contextDimensions()];
    for (int row = 0; row < values.length; row++) {
      encoder.encodeContext(values[row], contexts[row]);
    }
    this.resolution = encoder.features().stream().mapToDouble(f -> f.getResolution()).toArray();
    this.smoothing = encoder.features().stream().mapToDouble(f -> f.getSmoothing()).toArray();
    this.noisy = new double[encoder.dimensions()];
    this.encoded = new double[encoder.dimensions()];
    this.withoutNoise = new double[encoder.dimensions()];
  }

  private static boolean isInDomain(FeatureEncoder encoder, double[] row) {
    double[] context = new double[encoder.contextDimensions()];
    double[] encoded = new double[encoder.dimensions()];
    encoder.encodeContext(row, context);
    encoder.encode(row, context, encoded);
    return areEncoded(row, encoded);
  }

  /** Whether every value that is there has a finite encoded one. */
  private static boolean areEncoded(double[] row, double[] encoded) {
    for (int i = 0; i < encoded.length; i++) {
      if (!Double.isNaN(row[i]) && !Double.isFinite(encoded[i])) {
        return false;
      }
    }
    return true;
  }

  /** Makes their components out of them. */
  FeatureEncoder encoder() {
    return encoder;
  }

  /** Number of records. */
  int size() {
    return values.length;
  }

  /** Number of continuous features, d. */
  int dimensions() {
    return encoder.dimensions();
  }

  /** Length of the context, k. */
  int contextDimensions() {
    return encoder.contextDimensions();
  }

  /** Continuous features that a record may lack. */
  int[] optional() {
    return IntStream.range(0, dimensions())
        .filter(i -> encoder.features().get(i).getMissingProbability() > 0)
        .toArray();
  }

  /**
   * Encodes one record without noise.
   *
   * @param row which record
   * @param target receives d numbers, NaN where missing
   * @return its context, k numbers, not to be changed
   */
  double[] copyEncoded(int row, double[] target) {
    encoder.encode(values[row], contexts[row], target);
    return contexts[row];
  }

  /**
   * Records dequantised and encoded, with the variance of the noise beside them.
   *
   * @param rows which records
   * @param random source of the dequantisation
   */
  EncodedRecords encoded(List<Integer> rows, RandomGenerator random) {
    double[][] all = new double[rows.size()][dimensions()];
    for (int index = 0; index < all.length; index++) {
      double[] row = values[rows.get(index)];
      dequantise(row, contexts[rows.get(index)], random);
      for (int i = 0; i < all[index].length; i++) {
        all[index][i] = Double.isNaN(row[i]) ? Double.NaN : inDomain(i);
      }
    }
    return new EncodedRecords(
        all, Arrays.stream(smoothing).map(deviation -> deviation * deviation).toArray());
  }

  /** Encodes a record with fresh rounding noise; what {@link #inDomain} then gives. */
  private void dequantise(double[] row, double[] context, RandomGenerator random) {
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] = resolution[i] > 0 ? row[i] + resolution[i] * (random.nextDouble() - 0.5) : row[i];
    }
    encoder.encode(noisy, context, encoded);
    if (!areEncoded(row, encoded)) {
      // Close to the end of a domain dequantisation may lead out of it.
      encoder.encode(row, context, withoutNoise);
    }
  }

  private double inDomain(int component) {
    return Double.isFinite(encoded[component]) ? encoded[component] : withoutNoise[component];
  }

  /** Room for a batch of so many records. */
  Batch newBatch(int records) {
    return new Batch(
        new double[records * dimensions()],
        new double[records * contextDimensions()],
        new double[optional().length > 0 ? records * dimensions() : 0]);
  }

  private double[] withheld(double[] context, RandomGenerator random) {
    double[] seen = context;
    for (int[] entries : categoryEntries) {
      if (random.nextDouble() < WITHHELD) {
        seen = seen == context ? context.clone() : seen;
        Arrays.fill(seen, entries[0], entries[1], 0);
      }
    }
    return seen;
  }

  /**
   * Draws a batch with fresh noise.
   *
   * @param rows which records
   * @param random source of the noise
   * @param batch receives them
   */
  void draw(List<Integer> rows, RandomGenerator random, Batch batch) {
    int count = rows.size();
    for (int record = 0; record < count; record++) {
      double[] row = values[rows.get(record)];
      double[] context = withheld(contexts[rows.get(record)], random);
      dequantise(row, context, random);
      for (int i = 0; i < encoded.length; i++) {
        double value =
            smoothing[i] > 0 ? inDomain(i) + smoothing[i] * random.nextGaussian() : inDomain(i);
        boolean missing = Double.isNaN(row[i]);
        batch.x()[i * count + record] = missing ? 0 : value;
        if (batch.present().length > 0) {
          batch.present()[i * count + record] = missing ? 0 : 1;
        }
      }
      for (int i = 0; i < context.length; i++) {
        batch.context()[i * count + record] = context[i];
      }
    }
  }
}
