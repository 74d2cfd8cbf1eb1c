package io.lowtide.trainer.fit;

/**
 * One descent of the learning rate from its height to zero. A fit has one, or goes on with further
 * ones, each as long as all before it together (warm restarts; Loshchilov and Hutter 2017, SGDR,
 * arXiv 1608.03983).
 *
 * @param number from 1
 * @param start parameter updates before it
 * @param iterations its parameter updates
 */
record Round(int number, int start, int iterations) {

  static Round first(int iterations) {
    return new Round(1, 0, iterations);
  }

  /** The one that begins after so many parameter updates. */
  Round next(int updates) {
    return new Round(number + 1, updates, updates);
  }

  /** Parameter updates when it is over. */
  int end() {
    return start + iterations;
  }
}
