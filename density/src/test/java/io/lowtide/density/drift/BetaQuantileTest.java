package io.lowtide.density.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.hipparchus.special.Beta;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BetaQuantileTest {

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1, 200",
    "200, 1",
    "5, 496",
    "125, 376",
    "2, 9999",
    "2500, 7501",
    "50000, 50001"
  })
  void shouldBeWhereHipparchusHasThatProbability(long a, long b) {
    for (double probability : new double[] {1e-6, 7e-4, 0.1, 0.5, 0.9, 0.9993}) {
      double quantile = BetaQuantile.of(probability, a, b);
      assertThat(Beta.regularizedBeta(quantile, a, b))
          .as("at %s of %s", quantile, probability)
          .isCloseTo(probability, within(1e-9));
    }
  }
}
