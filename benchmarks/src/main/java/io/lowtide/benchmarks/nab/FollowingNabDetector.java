package io.lowtide.benchmarks.nab;

import io.lowtide.density.calibration.FollowingCalibration;

/**
 * Lowtide with a calibration that follows the stream, by the class that the stream application
 * ranks with ({@code calibration.window}). What it is judged by is what the application alerts by,
 * the p-value: one threshold over all files is one false-alarm budget.
 */
final class FollowingNabDetector implements NabDetector {

  /** What flagged means while it follows: the trainer's own default. */
  private static final double BUDGET = 0.01;

  /** The fewest records that the budget takes. */
  static final int LEAST_WINDOW = 99;

  private final LowtideNabDetector scored;
  private final int window;

  /**
   * @param scored the detector whose scores are ranked
   * @param window records that they are ranked among
   */
  FollowingNabDetector(LowtideNabDetector scored, int window) {
    this.scored = scored;
    this.window = window;
  }

  @Override
  public String name() {
    return scored.name() + ", calibration follows";
  }

  /** -log10 of the p-values. */
  @Override
  public double[] anomalyScores(NabSet set) {
    LowtideNabDetector.Trained model = scored.trained(set);
    FollowingCalibration calibration =
        new FollowingCalibration(model.bundle().calibration(), BUDGET, window);
    double[] rarity = new double[set.rows()];
    for (int row = set.probationRows(); row < rarity.length; row++) {
      double score = model.conformityScores()[row];
      if (score == Double.NEGATIVE_INFINITY) {
        rarity[row] = Double.POSITIVE_INFINITY;
      } else {
        double p = calibration.pValue(score);
        rarity[row] = -Math.log10(p);
        calibration.follow(score, p <= BUDGET);
      }
    }
    return rarity;
  }
}
