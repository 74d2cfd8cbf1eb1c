package io.lowtide.density.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.calibration.ConformalCalibration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DriftReferenceTest {

  private static final int RECORDS = 999;

  private static double[] distinct(int count) {
    return IntStream.range(0, count).asDoubleStream().toArray();
  }

  @Test
  void shouldHoldTheConditionalDistributionWithinItsBandForNearlyEveryCalibrationSet() {
    Random random = new Random(1);
    int within = 0;
    int sets = 400;
    for (int set = 0; set < sets; set++) {
      double[] uniform = random.doubles(200).sorted().toArray();
      DriftReference reference =
          new DriftReference(ConformalCalibration.fit(uniform, 0.05), 0.05, 0);
      boolean inside = true;
      for (int level = 0; level < reference.levels(); level++) {
        // The scores are uniform themselves, so what lies below the k-th of them is its value.
        int rank = (int) Math.round(reference.levelOf(level) * 201);
        double truth = uniform[rank - 1];
        inside &= truth >= reference.lower(level) && truth <= reference.upper(level);
      }
      within += inside ? 1 : 0;
    }
    assertThat(within).isGreaterThanOrEqualTo((int) (DriftReference.CONFIDENCE * sets) - 4);
    assertThat(within).as("a band that no set leaves is too wide").isLessThanOrEqualTo(sets);
  }

  @Test
  void shouldMixTheBandWithTheTolerance() {
    ConformalCalibration calibration = ConformalCalibration.fit(distinct(RECORDS), 0.01);
    DriftReference strict = new DriftReference(calibration, 0.01, 0);
    DriftReference tolerant = new DriftReference(calibration, 0.01, 0.1);
    for (int level = 0; level < strict.levels(); level++) {
      double upper = strict.upper(level);
      assertThat(tolerant.upper(level)).isCloseTo(upper + 0.1 * (1 - upper), within(1e-12));
      assertThat(tolerant.lower(level)).isCloseTo(0.9 * strict.lower(level), within(1e-12));
      assertThat(strict.lower(level)).isLessThan(strict.levelOf(level));
      assertThat(upper).isGreaterThan(strict.levelOf(level));
    }
  }

  @Test
  void shouldTellPValuesWithinTheBudgetFromThoseAboveIt() {
    ConformalCalibration calibration = ConformalCalibration.fit(distinct(RECORDS), 0.01);
    DriftReference reference = new DriftReference(calibration, 0.01, 0);
    double lastWithin = 10 / 1000.0;
    assertThat(lastWithin).isLessThanOrEqualTo(0.01);
    assertThat(reference.levelsBelow(lastWithin)).isEqualTo(reference.budgetLevel());
    assertThat(reference.levelsBelow(11 / 1000.0)).isEqualTo(reference.budgetLevel() + 1);
    assertThat(reference.levelsBelow(1)).isEqualTo(reference.levels());
  }

  @Test
  void shouldNotCountCalibrationRecordsWithoutAScore() {
    double[] scores = distinct(RECORDS);
    Arrays.fill(scores, 0, 5, Double.NEGATIVE_INFINITY);
    ConformalCalibration calibration = ConformalCalibration.fit(scores, 0.01);
    DriftReference reference = new DriftReference(calibration, 0.01, 0);
    int below = 0;
    // Records that have a score, as often as in calibration: five are within the budget.
    for (int i = 5; i < RECORDS; i++) {
      below +=
          reference.levelsBelow(calibration.pValue(i - 0.5)) <= reference.budgetLevel() ? 1 : 0;
    }
    assertThat(reference.levelOf(reference.budgetLevel())).isCloseTo(5 / 995.0, within(1e-12));
    assertThat(below).isEqualTo(5);
  }

  /** A record of a tied score has the p-value of the last of them: fewer are below any level. */
  @Test
  void shouldAllowForTies() {
    double[] scores = distinct(RECORDS);
    Arrays.fill(scores, 100, 400, 100);
    DriftReference tied = new DriftReference(ConformalCalibration.fit(scores, 0.01), 0.01, 0);
    DriftReference plain =
        new DriftReference(ConformalCalibration.fit(distinct(RECORDS), 0.01), 0.01, 0);
    int quarter = 3;
    assertThat(tied.levelOf(quarter)).isEqualTo(0.25);
    assertThat(tied.lower(quarter)).isLessThan(0.1);
    assertThat(plain.lower(quarter)).isGreaterThan(0.2);
    assertThat(tied.upper(quarter)).isEqualTo(plain.upper(quarter));
  }
}
