package io.lowtide.trainer.mixture;

import java.util.Arrays;
import java.util.Random;

/** Records of two values for tests. */
final class Lumps {

  private Lumps() {}

  /** Standardised: lumps at the corners of a square, or one. */
  static double[][] rows(int count, int lumps, Random random) {
    double[][] rows = new double[count][];
    for (int i = 0; i < count; i++) {
      double spread = lumps == 1 ? 1 : 0.2;
      double distance = lumps == 1 ? 0 : 1;
      rows[i] =
          new double[] {
            distance * (i % 2 == 0 ? -1 : 1) + spread * random.nextGaussian(),
            distance * (i / 2 % 2 == 0 ? -1 : 1) + spread * random.nextGaussian()
          };
    }
    return rows;
  }

  /** With a noise of a tenth. */
  static EncodedRecords records(double[][] rows) {
    double[] noise = new double[rows[0].length];
    Arrays.fill(noise, 0.01);
    return new EncodedRecords(rows, noise);
  }
}
