package io.lowtide.benchmarks.nab;

/**
 * How many standard deviations a value lies from the mean of the values before it, as NAB's {@code
 * windowedGaussian}: mean and deviation are of all values so far until there are 6,400, and then of
 * a window of 6,400 that moves on by 100 at a time. NAB's score is 1 - Q(z), which rises with z but
 * is soon 1 in double precision; this is z itself.
 */
final class WindowedGaussianNabDetector implements NabDetector {

  static final String NAME = "windowed-gaussian";

  /**
   * The z that NAB's published threshold for this detector, 1, stands for: its published scores are
   * rounded to twelve digits, so that 1 is a tail probability of at most 5e-13.
   */
  static final double PUBLISHED_THRESHOLD = 7.130506848171324;

  private static final int WINDOW = 6400;
  private static final int STEP = 100;
  private static final double LEAST_DEVIATION = 1e-6;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public double[] anomalyScores(NabSet set) {
    double[] values = set.values();
    double[] sums = new double[values.length + 1];
    double[] squares = new double[values.length + 1];
    for (int row = 0; row < values.length; row++) {
      double centred = values[row] - values[0];
      sums[row + 1] = sums[row] + centred;
      squares[row + 1] = squares[row] + centred * centred;
    }
    double[] scores = new double[values.length];
    for (int row = Math.max(1, set.probationRows()); row < values.length; row++) {
      int from = Math.max(0, row - WINDOW) / STEP * STEP;
      int to = Math.min(row, from + WINDOW);
      double mean = (sums[to] - sums[from]) / (to - from);
      double variance = (squares[to] - squares[from]) / (to - from) - mean * mean;
      double deviation = Math.max(Math.sqrt(Math.max(0, variance)), LEAST_DEVIATION);
      scores[row] = Math.abs(values[row] - values[0] - mean) / deviation;
    }
    return scores;
  }
}
