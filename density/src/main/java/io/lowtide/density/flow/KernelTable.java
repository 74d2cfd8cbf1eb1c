package io.lowtide.density.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

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

  /** Kernels of a group: the doubles of the widest register in use. */
  static final int LANES = 8;

  /**
   * Lays out.
   *
   * @param centres n by d, in those coordinates
   * @param scales n numbers
   * @param spread d variances of a kernel of scale 1, which has a variance of 1 more in each
   * @param logDeterminant of the way into those coordinates
   */
  static KernelTable of(
      double[][] centres, double[] scales, double[] spread, double logDeterminant) {
    int d = spread.length;
    SortedMap<Double, int[]> byScale = new TreeMap<>();
    for (double scale : scales) {
      byScale.computeIfAbsent(
          scale,
          same -> IntStream.range(0, scales.length).filter(k -> scales[k] == same).toArray());
    }
    double[][] inverseDeviations = new double[byScale.size()][d];
    double[] logScales = new double[byScale.size()];
    List<Integer> scaleOfGroup = new ArrayList<>();
    List<double[]> groups = new ArrayList<>();
    int index = 0;
    for (SortedMap.Entry<Double, int[]> entry : byScale.entrySet()) {
      double logDeviations = 0;
      for (int i = 0; i < d; i++) {
        double variance = entry.getKey() * spread[i] + 1;
        inverseDeviations[index][i] = 1 / Math.sqrt(variance);
        logDeviations += 0.5 * Math.log(variance);
      }
      logScales[index] =
          logDeterminant
              - Math.log(scales.length)
              - logDeviations
              - 0.5 * d * Math.log(2 * Math.PI);
      int[] kernels = entry.getValue();
      for (int first = 0; first < kernels.length; first += LANES) {
        int[] group = Arrays.copyOfRange(kernels, first, Math.min(first + LANES, kernels.length));
        groups.add(means(centres, group, inverseDeviations[index]));
        scaleOfGroup.add(index);
      }
      index++;
    }
    return new KernelTable(
        d,
        inverseDeviations,
        logScales,
        scaleOfGroup.stream().mapToInt(Integer::intValue).toArray(),
        groups.stream().flatMapToDouble(Arrays::stream).toArray());
  }

  private static double[] means(double[][] centres, int[] group, double[] inverseDeviations) {
    double[] means = new double[inverseDeviations.length * LANES];
    Arrays.fill(means, Double.POSITIVE_INFINITY);
    for (int lane = 0; lane < group.length; lane++) {
      for (int i = 0; i < inverseDeviations.length; i++) {
        means[i * LANES + lane] = centres[group[lane]][i] * inverseDeviations[i];
      }
    }
    return means;
  }

  /** How many groups there are. */
  int groups() {
    return scaleOfGroup.length;
  }
}
