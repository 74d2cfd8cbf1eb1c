package io.lowtide.cuda;

import java.util.ArrayList;
import java.util.List;

/**
 * How the records of a batch are shared among threads. Small tiles keep every multiprocessor busy;
 * large ones read the weights less often, and are fastest on tensor cores.
 *
 * @param records that share their steps
 * @param threadsPerUnit of a block, for each unit of a hidden layer
 * @param tensorCores whether products are made by tensor cores, in three parts each that together
 *     are as exact as one of single precision
 */
record Tiling(int records, int threadsPerUnit, boolean tensorCores) {

  /** The smallest there is, which every shape leaves room for. */
  static final Tiling LEAST = new Tiling(4, 2, false);

  private static final Tiling MEDIUM = new Tiling(8, 2, false);
  private static final Tiling LARGE = new Tiling(16, 2, false);
  private static final Tiling LARGE_BY_TENSOR_CORES = new Tiling(16, 2, true);

  /** The least compute capability, times ten, whose tensor cores multiply in tf32. */
  private static final int TENSOR_CAPABILITY = 80;

  /** Chooses among tilings. */
  interface Choice {

    /**
     * Those to try, the best first.
     *
     * @param records of a batch
     * @param multiprocessors of the card
     * @param capability of the card, times ten
     * @param singlePrecision whether numbers have single precision
     */
    List<Tiling> of(int records, int multiprocessors, int capability, boolean singlePrecision);
  }

  /** By what was fastest where it was measured (docs/gpu.md). */
  static List<Tiling> fastest(
      int records, int multiprocessors, int capability, boolean singlePrecision) {
    boolean tensor = singlePrecision && capability >= TENSOR_CAPABILITY;
    List<Tiling> tilings = new ArrayList<>();
    tilings.add(LEAST);
    if (records > MEDIUM.records() * multiprocessors) {
      tilings.add(0, MEDIUM);
    }
    if (records > LARGE.records() * multiprocessors) {
      tilings.add(0, tensor ? LARGE_BY_TENSOR_CORES : LARGE);
    }
    return tilings;
  }
}
