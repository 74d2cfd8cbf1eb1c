package io.lowtide.density.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.schemas.SeverityLevel;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RarityTest {

  @ParameterizedTest
  @CsvSource({
    "0, 1, false, LOW",
    "2.0043, 100, false, LOW",
    "2.99, 980, false, LOW",
    // 998 is told as 1,000, and the level follows what is told.
    "2.9991, 1000, false, MEDIUM",
    "3.9, 7900, false, MEDIUM",
    "4, 10000, false, HIGH",
    "5.9, 790000, false, HIGH",
    "6, 1000000, true, CRITICAL",
    "314, 1000000, true, CRITICAL",
    "Infinity, 1000000, true, CRITICAL"
  })
  void shouldNameALevelByWhatItTells(
      double severity, long oneIn, boolean orMore, SeverityLevel level) {
    Rarity rarity = Rarity.of(severity, Double.POSITIVE_INFINITY);

    assertThat(rarity).isEqualTo(new Rarity(oneIn, orMore));
    assertThat(rarity.level()).isEqualTo(level);
  }

  @Test
  void shouldNeverNameALowerLevelForALargerSeverity() {
    SeverityLevel before = SeverityLevel.LOW;
    for (double severity = 0; severity < 8; severity += 1e-3) {
      SeverityLevel level = Rarity.of(severity, Double.POSITIVE_INFINITY).level();
      assertThat(level).isGreaterThanOrEqualTo(before);
      before = level;
    }
  }

  /**
   * One calibration on scores of one shape and unit, another on scores of another: of fresh normal
   * records the same share reaches a level, a thousandth for MEDIUM and a ten-thousandth for HIGH.
   */
  @Test
  void shouldMeanTheSameForDataOfAnyShape() {
    Random random = new Random(11);
    for (int shape = 0; shape < 2; shape++) {
      boolean heavy = shape == 1;
      ConformalCalibration calibration =
          ConformalCalibration.fit(
              random.doubles(20_000).map(u -> drawn(u, heavy)).toArray(), 0.01);
      int fresh = 400_000;
      int medium = 0;
      int high = 0;
      for (int i = 0; i < fresh; i++) {
        double score = drawn(random.nextDouble(), heavy);
        SeverityLevel level = calibration.rarity(calibration.severity(score)).level();
        medium += level.compareTo(SeverityLevel.MEDIUM) >= 0 ? 1 : 0;
        high += level.compareTo(SeverityLevel.HIGH) >= 0 ? 1 : 0;
      }
      assertThat(medium).isBetween(fresh / 1_500, fresh / 700);
      assertThat(high).isBetween(fresh / 20_000, fresh / 5_000);
    }
  }

  private static double drawn(double uniform, boolean heavy) {
    return heavy ? 1e3 * (1 - Math.pow(1 - uniform, -1.0 / 3)) : Math.log1p(-uniform);
  }
}
