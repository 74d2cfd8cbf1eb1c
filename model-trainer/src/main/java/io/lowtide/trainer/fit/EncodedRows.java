package io.lowtide.trainer.fit;

import io.lowtide.density.feature.FeatureEncoder;
import java.util.random.RandomGenerator;

/**
 * Raw records, encoded by a feature specification. Values of a coarsely rounded field are spread
 * over their resolution, so that the density stays finite (dequantisation, Theis et al. 2016, arXiv
 * 1511.01844, section 3.1); Gaussian noise of each feature's smoothing is added in encoded units.
 */
public final class EncodedRows implements TrainingRows {

  private final double[][] values;
  private final FeatureEncoder encoder;
  private final double[] spread;

  /**
   * @param values one array per record, of at least as many values as there are continuous
   *     features, in their order; kept
   * @param encoder how they become numbers
   */
  public EncodedRows(double[][] values, FeatureEncoder encoder) {
    this.values = values;
    this.encoder = encoder;
    this.spread = new double[encoder.dimensions()];
  }

  @Override
  public int size() {
    return values.length;
  }

  @Override
  public int dimensions() {
    return encoder.dimensions();
  }

  @Override
  public void read(int row, RandomGenerator noise, double[] encoded) {
    for (int i = 0; i < spread.length; i++) {
      double resolution = encoder.features().get(i).getResolution();
      double offset = resolution > 0 ? resolution * (noise.nextDouble() - 0.5) : 0;
      spread[i] = values[row][i] + offset;
    }
    double logDeterminant = encoder.encode(spread, encoded);
    if (Double.isNaN(logDeterminant)) {
      // The spread has left the domain of a logarithm: take the values themselves.
      System.arraycopy(values[row], 0, spread, 0, spread.length);
      encoder.encode(spread, encoded);
    }
    for (int i = 0; i < spread.length; i++) {
      double smoothing = encoder.features().get(i).getSmoothing();
      if (smoothing > 0) {
        encoded[i] += smoothing * noise.nextGaussian();
      }
    }
  }
}
