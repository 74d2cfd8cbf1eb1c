package io.lowtide.trainer.retrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CalibrationCheckTest {

  private static final double BUDGET = 0.01;
  private static final int MANY = 100_000;

  @Test
  void shouldCallUniformPValuesInCalibration() {
    assertThat(check(normal(MANY), 0).inCalibration()).isTrue();
    assertThat(check(normal(MANY), 0).alertRate()).isEqualTo(BUDGET);
  }

  @Test
  void shouldNotAllowForAnomaliesThatNobodySpokeOf() {
    double[] pValues = withAnomalies(normal(MANY), 2 * MANY / 100);
    assertThat(check(pValues, 0).alertRate()).isCloseTo(0.0294, within(1e-4));
    assertThat(check(pValues, 0).inCalibration()).isFalse();
  }

  @Test
  void shouldAllowForTheAnomaliesThatThereMayBe() {
    double[] pValues = withAnomalies(normal(MANY), 2 * MANY / 100);
    assertThat(check(pValues, 0.02).inCalibration()).isTrue();
    assertThat(check(pValues, 0.01).inCalibration()).as("twice 1.99 %").isTrue();
    assertThat(check(withAnomalies(normal(MANY), 4 * MANY / 100), 0.01).inCalibration()).isFalse();
  }

  @Test
  void shouldAllowForThereBeingNoneOfThem() {
    assertThat(check(normal(MANY), 0.2).inCalibration()).isTrue();
    double[] fewLow = Arrays.stream(normal(MANY)).map(p -> p < 0.02 ? p + 0.02 : p).toArray();
    assertThat(check(fewLow, 0.2).alertRate()).isZero();
    assertThat(check(fewLow, 0.2).inCalibration()).isFalse();
  }

  @Test
  void shouldAllowForTheDistanceThatAnomaliesMake() {
    double[] pValues = withAnomalies(normal(MANY), MANY / 6);
    assertThat(check(pValues, 0.15).distance()).isCloseTo(1.0 / 7, within(1e-3));
    assertThat(check(pValues, 0.15).inCalibration()).isTrue();
    assertThat(check(pValues, 0.03).inCalibration()).isFalse();
  }

  private static CalibrationCheck check(double[] pValues, double contamination) {
    double[] sorted = pValues.clone();
    Arrays.sort(sorted);
    return CalibrationCheck.of(
        sorted, sorted.length, MANY, BUDGET, new CalibrationCheck.Limits(2, 0.1, contamination));
  }

  /** As uniform as they can be. */
  private static double[] normal(int count) {
    return IntStream.rangeClosed(1, count).mapToDouble(rank -> (double) rank / count).toArray();
  }

  private static double[] withAnomalies(double[] normal, int anomalies) {
    return DoubleStream.concat(
            Arrays.stream(normal), DoubleStream.generate(() -> 1e-5).limit(anomalies))
        .toArray();
  }
}
