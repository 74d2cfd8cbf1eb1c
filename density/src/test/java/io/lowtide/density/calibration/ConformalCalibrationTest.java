package io.lowtide.density.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConformalCalibrationTest {

  @Test
  void shouldCountTheCalibrationScoresAtMostTheRecordsOwn() {
    ConformalCalibration calibration = ConformalCalibration.fit(new double[] {-1, -4, -2, -2}, 0.2);
    assertThat(calibration.pValue(-5)).isEqualTo(1.0 / 5);
    assertThat(calibration.pValue(-4)).isEqualTo(2.0 / 5);
    assertThat(calibration.pValue(-2.5)).isEqualTo(2.0 / 5);
    assertThat(calibration.pValue(-2)).isEqualTo(4.0 / 5);
    assertThat(calibration.pValue(0)).isEqualTo(1);
  }

  /** The rate over many calibrations is Binomial-like around the budget: four deviations of it. */
  @Test
  void shouldKeepTheFalseAlarmBudgetOnFreshNormalRecords() {
    Random random = new Random(7);
    for (double budget : new double[] {0.1, 0.01}) {
      int repetitions = 200;
      int fresh = 500;
      int size = 999;
      double alarms = 0;
      for (int repetition = 0; repetition < repetitions; repetition++) {
        double[] scores = random.doubles(size).map(u -> -Math.exp(4 * u)).toArray();
        ConformalCalibration calibration = ConformalCalibration.fit(scores, budget);
        for (int i = 0; i < fresh; i++) {
          if (calibration.pValue(-Math.exp(4 * random.nextDouble())) <= budget) {
            alarms++;
          }
        }
      }
      double rate = alarms / (repetitions * fresh);
      // Variance of one calibration's rate is that of a Beta, on top of the binomial one.
      double deviation =
          Math.sqrt(
              budget
                  * (1 - budget)
                  * (1.0 / (repetitions * (size + 2.0)) + 1.0 / (repetitions * fresh)));
      assertThat(rate).isCloseTo(budget, within(4 * deviation));
    }
  }

  @Test
  void shouldCountARecordWithoutAScoreAsLowerThanAny() {
    ConformalCalibration calibration =
        ConformalCalibration.fit(new double[] {-1, Double.NEGATIVE_INFINITY, -2, -3}, 0.4);
    assertThat(calibration.size()).isEqualTo(4);
    assertThat(calibration.pValue(-100)).isEqualTo(2.0 / 5);
    assertThat(calibration.pValue(-2.5)).isEqualTo(3.0 / 5);
    assertThatThrownBy(
            () -> ConformalCalibration.fit(new double[] {-1, Double.NEGATIVE_INFINITY}, 0.4))
        .isInstanceOf(BudgetException.class)
        .hasMessageContaining("2 calibration records, 1 of them without a score")
        .hasMessageContaining("at least 4 with as many");
  }

  @Test
  void shouldTellATailThatFitsFromOneThatDoesNot() {
    Random random = new Random(4);
    double[] pareto = random.doubles(3000).map(u -> 1 - Math.pow(1 - u, -1.0 / 3)).toArray();
    assertThat(ConformalCalibration.fit(pareto, 0.01).goodnessOfFit().orElseThrow())
        .isGreaterThan(0.05);
    double[] lumps = random.doubles(3000).map(u -> u < 0.05 ? -9 - 0.1 * u : -u).toArray();
    assertThat(ConformalCalibration.fit(lumps, 0.01).goodnessOfFit().orElseThrow())
        .isLessThan(0.01);
    assertThat(ConformalCalibration.fit(new double[200], 0.01).goodnessOfFit()).isEmpty();
  }

  @Test
  void shouldRefuseABudgetThatNeedsMoreRecords() {
    assertThatThrownBy(() -> ConformalCalibration.fit(new double[99], 0.001))
        .isInstanceOf(BudgetException.class)
        .hasMessage(
            "false-alarm budget: 0.001, smaller than any p-value of 99 calibration records;"
                + " it needs at least 999 of them");
    assertThatThrownBy(() -> ConformalCalibration.fit(new double[99], 1.5))
        .isInstanceOf(BudgetException.class)
        .hasMessageContaining("1.5, expected between 0 and 1");
  }

  @Test
  void shouldRefuseScoresThatAreNotFinite() {
    assertThatThrownBy(() -> ConformalCalibration.fit(new double[] {1, Double.NaN}, 0.5))
        .hasMessageContaining("NaN, expected a finite number");
    assertThatThrownBy(() -> ConformalCalibration.fit(new double[0], 0.5))
        .hasMessageContaining("no conformity scores");
  }

  @Test
  void shouldGoOnRankingBeyondTheLastCalibrationScore() {
    Random random = new Random(3);
    double[] scores = random.doubles(2000).map(Math::log).toArray();
    ConformalCalibration calibration = ConformalCalibration.fit(scores, 0.01);
    double previous = -1;
    for (double score = 0; score > -100; score -= 0.5) {
      double severity = calibration.severity(score);
      assertThat(severity).isFinite().isGreaterThanOrEqualTo(previous);
      previous = severity;
    }
    assertThat(calibration.severity(-1e30)).isFinite();
  }

  @Test
  void shouldRecoverAnExponentialTail() {
    // P(log U < -t) = exp(-t): severity is t / ln 10.
    Random random = new Random(5);
    double[] scores = random.doubles(20_000).map(Math::log).toArray();
    ConformalCalibration calibration = ConformalCalibration.fit(scores, 0.01);
    for (double t : new double[] {5, 10, 14}) {
      assertThat(calibration.severity(-t)).isCloseTo(t / Math.log(10), within(0.15 * t / 2.3));
    }
  }

  @Test
  void shouldRecoverAHeavyTail() {
    // Pareto with index 3: P(-score > t) = (1 + t)^-3, a generalised Pareto with shape 1/3.
    Random random = new Random(6);
    double[] scores = random.doubles(20_000).map(u -> 1 - Math.pow(1 - u, -1.0 / 3)).toArray();
    ConformalCalibration calibration = ConformalCalibration.fit(scores, 0.01);
    assertThat(calibration.toAvro().getTail().getShape()).isCloseTo(1.0 / 3, within(0.08));
    assertThat(calibration.severity(-20)).isCloseTo(3 * Math.log10(21), within(0.6));
  }

  @Test
  void shouldSurviveTheBundle() {
    double[] scores = new Random(8).doubles(1000).toArray();
    ConformalCalibration calibration = ConformalCalibration.fit(scores, 0.01);
    ConformalCalibration restored = ConformalCalibration.of(calibration.toAvro());
    for (double score : new double[] {-3, 0.0001, 0.05, 0.5, 2}) {
      assertThat(restored.pValue(score)).isEqualTo(calibration.pValue(score));
      assertThat(restored.severity(score)).isEqualTo(calibration.severity(score));
    }
  }

  @Test
  void shouldTellASeverityUpToOneInAMillionWithATail() {
    double[] scores = new Random(9).doubles(1000).map(Math::log).toArray();
    ConformalCalibration calibration = ConformalCalibration.fit(scores, 0.01);

    assertThat(calibration.rarity(calibration.severity(-9)).orMore()).isFalse();
    assertThat(calibration.rarity(calibration.severity(-1000)))
        .isEqualTo(new Rarity(1_000_000, true));
  }

  /** Two hundred records and no tail know of nothing rarer than one in two hundred. */
  @Test
  void shouldTellNoMoreThanTheCalibrationRecordsKnowWithoutATail() {
    double[] scores = new Random(9).doubles(200).map(Math::log).toArray();
    ConformalCalibration calibration = ConformalCalibration.fit(scores, 0.01);

    assertThat(calibration.rarity(calibration.severity(-1000))).isEqualTo(new Rarity(200, true));
    assertThat(calibration.rarity(calibration.severity(-1)).orMore()).isFalse();
  }

  /** The one thing that people route on may not hang on what they chose as a budget. */
  @Test
  void shouldGiveTheSameLevelUnderEveryBudget() {
    double[] scores = new Random(10).doubles(2000).map(Math::log).toArray();
    ConformalCalibration strict = ConformalCalibration.fit(scores, 0.001);
    ConformalCalibration lax = ConformalCalibration.fit(scores, 0.2);
    for (double score = 0; score > -40; score -= 0.25) {
      assertThat(strict.rarity(strict.severity(score))).isEqualTo(lax.rarity(lax.severity(score)));
    }
  }

  @Test
  void shouldFlagExactlyTheScoresBelowTheThreshold() {
    Random random = new Random(5);
    for (int trial = 0; trial < 200; trial++) {
      double[] scores = new double[20 + random.nextInt(200)];
      // Coarse, so that many are alike.
      Arrays.setAll(scores, i -> Math.round(8 * random.nextGaussian()) / 4.0);
      for (int i = 0; i < trial % 3; i++) {
        scores[i] = Double.NEGATIVE_INFINITY;
      }
      double smallest = (1.0 + trial % 3) / (scores.length + 1);
      double budget = smallest + (1 - smallest) * 0.9 * random.nextDouble();
      ConformalCalibration calibration = ConformalCalibration.fit(scores, budget);

      double threshold = calibration.threshold(budget);

      assertThat(calibration.pValue(threshold)).isGreaterThan(budget);
      assertThat(calibration.pValue(Math.nextDown(threshold))).isLessThanOrEqualTo(budget);
    }
  }
}
