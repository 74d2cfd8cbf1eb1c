package io.lowtide.density.calibration;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Generalised Pareto model of the conformity scores below a threshold (peaks over threshold;
 * Pickands 1975).
 *
 * @param threshold u, in nats
 * @param exceedanceProbability P(conformity score &lt; u), in (0, 1)
 * @param shape xi, at least 0, so that no score counts as impossible
 * @param scale beta in nats, positive
 * @param goodnessOfFit p-value of the Anderson-Darling test of the fit, in (0, 1]
 */
record GeneralisedPareto(
    double threshold,
    double exceedanceProbability,
    double shape,
    double scale,
    double goodnessOfFit) {

  private static final double TAIL_FRACTION = 0.1;
  private static final int LEAST_EXCEEDANCES = 30;
  private static final int BOOTSTRAP_SAMPLES = 199;
  private static final long BOOTSTRAP_SEED = 1;

  GeneralisedPareto {
    if (!Double.isFinite(threshold)
        || !(exceedanceProbability > 0 && exceedanceProbability < 1)
        || !(shape >= 0 && shape < 1)
        || !(scale > 0 && scale < Double.POSITIVE_INFINITY)
        || !(goodnessOfFit > 0 && goodnessOfFit <= 1)) {
      throw new IllegalArgumentException(
          "calibration tail: threshold "
              + threshold
              + ", exceedanceProbability "
              + exceedanceProbability
              + ", shape "
              + shape
              + ", scale "
              + scale
              + ", goodnessOfFit "
              + goodnessOfFit
              + "; expected finite, in (0, 1), in [0, 1), positive, in (0, 1]");
    }
  }

  /** Shape and scale alone, the distribution of the exceedances. */
  private record Excess(double shape, double scale) {

    /**
     * By probability-weighted moments (Hosking and Wallis 1987, section 3.3).
     *
     * @param exceedances ascending, not negative
     * @return null if they have no spread
     */
    static Excess fit(double[] exceedances) {
      int count = exceedances.length;
      double first = 0;
      double second = 0;
      for (int i = 0; i < count; i++) {
        first += exceedances[i];
        second += exceedances[i] * (1 - (i + 0.65) / count);
      }
      first /= count;
      second /= count;
      if (!(first > 2 * second) || !(second > 0)) {
        return null;
      }
      // In the convention of the paper k = -xi.
      double shape = 2 - first / (first - 2 * second);
      return shape < 0
          ? new Excess(0, first)
          : new Excess(Math.min(shape, 0.99), 2 * first * second / (first - 2 * second));
    }

    double logSurvival(double exceedance) {
      double scaled = exceedance / scale;
      return shape < 1e-9 ? -scaled : -Math.log1p(shape * scaled) / shape;
    }

    double quantile(double survival) {
      return shape < 1e-9
          ? -scale * Math.log(survival)
          : scale * Math.expm1(-shape * Math.log(survival)) / shape;
    }

    /**
     * Anderson-Darling statistic A^2 (Choulakian and Stephens 2001, section 2).
     *
     * @param exceedances ascending
     */
    double andersonDarling(double[] exceedances) {
      int count = exceedances.length;
      double sum = 0;
      for (int i = 0; i < count; i++) {
        double logBelow = Math.log(Math.max(-Math.expm1(logSurvival(exceedances[i])), 1e-300));
        sum += (2 * i + 1) * (logBelow + logSurvival(exceedances[count - 1 - i]));
      }
      return -count - sum / count;
    }

    /**
     * p-value of the Anderson-Darling test by parametric bootstrap: the share of samples from the
     * fit that, fitted themselves, fit worse.
     */
    double goodnessOfFit(double[] exceedances) {
      double observed = andersonDarling(exceedances);
      SplittableRandom random = new SplittableRandom(BOOTSTRAP_SEED);
      int worse = 0;
      for (int sample = 0; sample < BOOTSTRAP_SAMPLES; sample++) {
        double[] drawn = new double[exceedances.length];
        Arrays.setAll(drawn, i -> quantile(1 - random.nextDouble()));
        Arrays.sort(drawn);
        Excess refitted = fit(drawn);
        worse += refitted != null && refitted.andersonDarling(drawn) >= observed ? 1 : 0;
      }
      return (1.0 + worse) / (BOOTSTRAP_SAMPLES + 1);
    }
  }

  /**
   * Fits the lowest tenth.
   *
   * @param sorted conformity scores, ascending
   * @param unscorable records that count as lower than any of them
   * @return null if there are fewer than 30 exceedances or they have no spread
   */
  static GeneralisedPareto fit(double[] sorted, long unscorable) {
    int count = (int) (sorted.length * TAIL_FRACTION);
    if (count < LEAST_EXCEEDANCES) {
      return null;
    }
    double threshold = sorted[count];
    double[] exceedances = new double[count];
    Arrays.setAll(exceedances, i -> threshold - sorted[count - 1 - i]);
    Excess excess = Excess.fit(exceedances);
    return excess == null
        ? null
        : new GeneralisedPareto(
            threshold,
            (double) (count + unscorable) / (sorted.length + unscorable),
            excess.shape,
            excess.scale,
            excess.goodnessOfFit(exceedances));
  }

  /** Log-probability of a conformity score below the given one, itself below the threshold. */
  double logProbabilityBelow(double conformityScore) {
    return Math.log(exceedanceProbability)
        + new Excess(shape, scale).logSurvival(threshold - conformityScore);
  }
}
