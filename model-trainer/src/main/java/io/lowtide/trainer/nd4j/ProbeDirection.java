package io.lowtide.trainer.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A direction of forward-mode products for each record of a batch: fixed or random, taken among the
 * components that the record has or among those that it lacks.
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
  private final boolean random;

  private ProbeDirection(
      BatchArrays arrays, double[] pattern, int dimensions, Among among, boolean random) {
    this.buffer = arrays.buffer(dimensions);
    this.matrix = buffer.matrix(0, arrays.records(), dimensions);
    this.pattern = pattern;
    this.masked = new double[pattern.length];
    this.among = among;
    this.random = random;
  }

  /** The unit vector of one component, for records that have or lack it. */
  static ProbeDirection unit(BatchArrays arrays, int dimensions, int component, Among among) {
    double[] pattern = new double[arrays.records() * dimensions];
    java.util.Arrays.fill(
        pattern, component * arrays.records(), (component + 1) * arrays.records(), 1);
    return new ProbeDirection(arrays, pattern, dimensions, among, false);
  }

  /** To be drawn, in every component that a record has or lacks. */
  static ProbeDirection random(BatchArrays arrays, int dimensions, Among among) {
    double[] pattern = new double[arrays.records() * dimensions];
    return new ProbeDirection(arrays, pattern, dimensions, among, true);
  }

  boolean isRandom() {
    return random;
  }

  /** The numbers to draw anew where this is random, B by d, column-major. */
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
