package io.lowtide.density.flow;

/**
 * The kernels of a density, in coordinates in which each has a diagonal covariance, laid out for
 * registers: kernels of one scale, which have the same deviations, in groups of {@value #LANES}.
 * Immutable, shared by all threads.
 *
 * @param dimensions d
 * @param inverseDeviations one row of d numbers for each scale
 * @param logScales for each scale the log-density at the centre of a kernel, with its weight
 * @param scaleOfGroup which scale a group has
 * @param means for each group its kernels' centres times the inverse deviations: {@value #LANES}
 *     numbers for each dimension; infinite for kernels that fill the last group of a scale
 */
record KernelTable(
    int dimensions,
    double[][] inverseDeviations,
    double[] logScales,
    int[] scaleOfGroup,
    double[] means) {

  /** Kernels of a group. */
  static final int LANES = KernelLayout.LANES;

  /**
   * Lays out.
   *
   * @param layout of the kernels
   * @param coordinates in which they are evaluated
   */
  static KernelTable of(KernelLayout layout, KernelCoordinates coordinates) {
    int d = coordinates.variances().length;
    double[][] inverseDeviations = new double[layout.scales().length][d];
    double[] logScales = new double[inverseDeviations.length];
    for (int scale = 0; scale < logScales.length; scale++) {
      double logDeviations = 0;
      for (int i = 0; i < d; i++) {
        double variance = layout.scales()[scale] * Math.max(0, coordinates.variances()[i]) + 1;
        inverseDeviations[scale][i] = 1 / Math.sqrt(variance);
        logDeviations += 0.5 * Math.log(variance);
      }
      logScales[scale] =
          coordinates.logDeterminant()
              - Math.log(layout.size())
              - logDeviations
              - 0.5 * d * Math.log(2 * Math.PI);
    }
    return new KernelTable(
        d,
        inverseDeviations,
        logScales,
        layout.scaleOfGroup(),
        means(layout, coordinates, inverseDeviations));
  }

  private static double[] means(
      KernelLayout layout, KernelCoordinates coordinates, double[][] inverseDeviations) {
    int[] scaleOfGroup = layout.scaleOfGroup();
    int d = inverseDeviations[0].length;
    double[] means = new double[scaleOfGroup.length * d * LANES];
    double[] coordinate = new double[scaleOfGroup.length * LANES];
    for (int i = 0; i < d; i++) {
      coordinates.transform(i, layout.centres(), coordinate);
      for (int group = 0; group < scaleOfGroup.length; group++) {
        double inverse = inverseDeviations[scaleOfGroup[group]][i];
        for (int lane = 0; lane < LANES; lane++) {
          // Not a number where no kernel stands.
          double mean = coordinate[group * LANES + lane] * inverse;
          means[(group * d + i) * LANES + lane] =
              Double.isNaN(mean) ? Double.POSITIVE_INFINITY : mean;
        }
      }
    }
    return means;
  }

  /** How many groups there are. */
  int groups() {
    return scaleOfGroup.length;
  }
}
