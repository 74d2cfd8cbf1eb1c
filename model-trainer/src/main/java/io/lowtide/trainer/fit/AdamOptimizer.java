package io.lowtide.trainer.fit;

/**
 * Adam (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1) with decoupled weight decay (Loshchilov
 * and Hutter 2019, arXiv 1711.05101, algorithm 2).
 */
final class AdamOptimizer {

  private static final double FIRST_DECAY = 0.9;
  private static final double SECOND_DECAY = 0.999;
  private static final double EPSILON = 1e-8;

  private final double weightDecay;
  private final double[] first;
  private final double[] second;
  private int updates;

  AdamOptimizer(int parameters, double weightDecay) {
    this.weightDecay = weightDecay;
    this.first = new double[parameters];
    this.second = new double[parameters];
  }

  /** Moves the parameters against the gradient. */
  void update(double[] parameters, double[] gradient, double learningRate) {
    updates++;
    double firstCorrection = 1 - Math.pow(FIRST_DECAY, updates);
    double secondCorrection = 1 - Math.pow(SECOND_DECAY, updates);
    for (int i = 0; i < parameters.length; i++) {
      first[i] = FIRST_DECAY * first[i] + (1 - FIRST_DECAY) * gradient[i];
      second[i] = SECOND_DECAY * second[i] + (1 - SECOND_DECAY) * gradient[i] * gradient[i];
      double step =
          first[i] / firstCorrection / (Math.sqrt(second[i] / secondCorrection) + EPSILON);
      parameters[i] -= learningRate * (step + weightDecay * parameters[i]);
    }
  }

  /** Forgets the past, after the parameters were set back. */
  void reset() {
    java.util.Arrays.fill(first, 0);
    java.util.Arrays.fill(second, 0);
    updates = 0;
  }

  double[] first() {
    return first;
  }

  double[] second() {
    return second;
  }

  int updates() {
    return updates;
  }

  void restore(double[] savedFirst, double[] savedSecond, int savedUpdates) {
    System.arraycopy(savedFirst, 0, first, 0, first.length);
    System.arraycopy(savedSecond, 0, second, 0, second.length);
    updates = savedUpdates;
  }
}
