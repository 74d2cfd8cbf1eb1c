package io.lowtide.trainer.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A direction of forward-mode products for each record of a batch, taken among the components that
 * the record has or among those that it lacks.
 */
final class ProbeDirection {

  /** Among which components of a record the direction lies. */
  enum Among {
    PRESENT,
    ABSENT
  }

  private final TensorBuffer buffer;
  private final INDArray matrix;
  private final double[] pattern;
  private final double[] masked;
  private final Among among;

  /**
   * @param arrays makes the arrays
   * @param dimensions d
   * @param pattern the direction where every component counts, B by d, column-major; kept
   * @param among which components count
   */
  ProbeDirection(BatchArrays arrays, int dimensions, double[] pattern, Among among) {
    this.buffer = arrays.buffer(dimensions);
    this.matrix = buffer.matrix(0, arrays.records(), dimensions);
    this.pattern = pattern;
    this.masked = new double[pattern.length];
    this.among = among;
  }

  /** The pattern, to be drawn anew. */
  double[] pattern() {
    return pattern;
  }

  /** B by d. */
  INDArray matrix() {
    return matrix;
  }

  /**
   * Takes over the pattern.
   *
   * @param present B by d, 1 for a component that a record has and 0 for one that it lacks
   */
  void update(double[] present) {
    for (int i = 0; i < masked.length; i++) {
      masked[i] = pattern[i] * (among == Among.PRESENT ? present[i] : 1 - present[i]);
    }
    buffer.upload(masked, masked.length);
  }
}
