package io.lowtide.trainer.fit;

/**
 * Adam (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1) with decoupled weight decay (Loshchilov
 * and Hutter 2019, arXiv 1711.05101, algorithm 2), over one flat parameter vector.
 */
final class Adam {

  private static final double FIRST_DECAY = 0.9;
  private static final double SECOND_DECAY = 0.999;
  private static final double EPSILON = 1e-8;

  private final double weightDecay;
  private final double[] firstMoment;
  private final double[] secondMoment;
  private long steps;

  Adam(int parameters, double weightDecay) {
    this.weightDecay = weightDecay;
    this.firstMoment = new double[parameters];
    this.secondMoment = new double[parameters];
  }

  /** Moves the parameters one step against the gradient. */
  void step(double[] parameters, double[] gradient, double learningRate) {
    steps++;
    double firstCorrection = 1 - Math.pow(FIRST_DECAY, steps);
    double secondCorrection = 1 - Math.pow(SECOND_DECAY, steps);
    for (int i = 0; i < parameters.length; i++) {
      double g = gradient[i];
      firstMoment[i] = FIRST_DECAY * firstMoment[i] + (1 - FIRST_DECAY) * g;
      secondMoment[i] = SECOND_DECAY * secondMoment[i] + (1 - SECOND_DECAY) * g * g;
      double direction =
          firstMoment[i]
              / firstCorrection
              / (Math.sqrt(secondMoment[i] / secondCorrection) + EPSILON);
      parameters[i] -= learningRate * (direction + weightDecay * parameters[i]);
    }
  }

  long steps() {
    return steps;
  }

  double[] firstMoment() {
    return firstMoment.clone();
  }

  double[] secondMoment() {
    return secondMoment.clone();
  }

  void restore(long steps, double[] firstMoment, double[] secondMoment) {
    this.steps = steps;
    System.arraycopy(firstMoment, 0, this.firstMoment, 0, firstMoment.length);
    System.arraycopy(secondMoment, 0, this.secondMoment, 0, secondMoment.length);
  }
}
