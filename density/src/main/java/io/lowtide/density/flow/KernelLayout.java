package io.lowtide.density.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The centres of kernels in the order in which they are evaluated: those of one scale side by side,
 * in groups of {@value #LANES}. Marginals share it. Immutable.
 *
 * @param scales the different ones, ascending
 * @param scaleOfGroup which scale a group has
 * @param places where each kernel stands
 * @param centres a row for each dimension, with a number for each place; not a number where no
 *     kernel stands, at the end of the last group of a scale
 */
record KernelLayout(double[] scales, int[] scaleOfGroup, int[] places, double[][] centres) {

  /** Kernels of a group: the doubles of the widest register in use. */
  static final int LANES = 8;

  /**
   * Lays out.
   *
   * @param centres n by d
   * @param scaleOfKernel n numbers
   */
  static KernelLayout of(double[][] centres, double[] scaleOfKernel) {
    SortedMap<Double, int[]> byScale = new TreeMap<>();
    for (double scale : scaleOfKernel) {
      byScale.computeIfAbsent(
          scale,
          same ->
              IntStream.range(0, scaleOfKernel.length)
                  .filter(k -> scaleOfKernel[k] == same)
                  .toArray());
    }
    int[] places = new int[centres.length];
    List<Integer> scaleOfGroup = new ArrayList<>();
    int scale = 0;
    for (int[] kernels : byScale.values()) {
      int first = scaleOfGroup.size() * LANES;
      for (int index = 0; index < kernels.length; index++) {
        places[kernels[index]] = first + index;
      }
      for (int index = 0; index < kernels.length; index += LANES) {
        scaleOfGroup.add(scale);
      }
      scale++;
    }
    double[][] byDimension = new double[centres[0].length][scaleOfGroup.size() * LANES];
    for (int i = 0; i < byDimension.length; i++) {
      Arrays.fill(byDimension[i], Double.NaN);
      for (int k = 0; k < places.length; k++) {
        byDimension[i][places[k]] = centres[k][i];
      }
    }
    return new KernelLayout(
        byScale.keySet().stream().mapToDouble(Double::doubleValue).toArray(),
        scaleOfGroup.stream().mapToInt(Integer::intValue).toArray(),
        places,
        byDimension);
  }

  /** The same kernels in some of the dimensions. */
  KernelLayout restrictedTo(int[] kept) {
    double[][] rows = Arrays.stream(kept).mapToObj(i -> centres[i]).toArray(double[][]::new);
    return new KernelLayout(scales, scaleOfGroup, places, rows);
  }

  /** How many kernels there are. */
  int size() {
    return places.length;
  }

  /** The centre of a kernel, d numbers. */
  double[] centre(int kernel) {
    return Arrays.stream(centres).mapToDouble(row -> row[places[kernel]]).toArray();
  }

  /** The scale of a kernel. */
  double scale(int kernel) {
    return scales[scaleOfGroup[places[kernel] / LANES]];
  }
}
