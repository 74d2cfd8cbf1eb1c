package io.lowtide.density.ode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdamsWeightsTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 17})
  void shouldIntegratePolynomialsUpToTheNumberOfSlopes(int steps) {
    AdamsWeights grid = new AdamsWeights(steps);
    for (int step = 0; step < steps; step++) {
      double[] predictor = grid.predictor(step);
      double[] corrector = grid.corrector(step);
      for (int power = 0; power < corrector.length; power++) {
        double exact =
            (Math.pow(grid.node(step + 1), power + 1) - Math.pow(grid.node(step), power + 1))
                / (power + 1);
        double corrected =
            corrector[predictor.length] * Math.pow(grid.node(step + 1), power)
                + sum(grid, corrector, predictor.length, step, power);
        assertThat(corrected).isCloseTo(exact, within(1e-14));
        if (power < predictor.length) {
          assertThat(sum(grid, predictor, predictor.length, step, power))
              .isCloseTo(exact, within(1e-14));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 17})
  void shouldGiveEachNodeTheWeightThatItsSlopeHasInTheIntegral(int steps) {
    AdamsWeights grid = new AdamsWeights(steps);
    double[] weights = grid.nodeWeights();
    assertThat(weights).hasSize(steps + 1);
    // The first step integrates straight lines, and every later one more.
    for (int power = 0; power <= 1; power++) {
      double sum = 0;
      for (int node = 0; node <= steps; node++) {
        sum += weights[node] * Math.pow(grid.node(node), power);
      }
      assertThat(sum).isCloseTo(1.0 / (power + 1), within(1e-14));
    }
  }

  private static double sum(AdamsWeights grid, double[] weights, int count, int step, int power) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i] * Math.pow(grid.node(step - i), power);
    }
    return sum;
  }

  /** Hairer, Norsett, Wanner, tables III.1.1 and III.1.2. */
  @Test
  void shouldHaveTheClassicalWeightsWhereStepsAreEqual() {
    AdamsWeights grid = new AdamsWeights(10);
    double length = grid.node(9) - grid.node(8);
    assertThat(grid.predictor(8))
        .containsExactly(
            new double[] {length * 23 / 12, length * -16 / 12, length * 5 / 12}, within(1e-14));
    assertThat(grid.corrector(8))
        .containsExactly(
            new double[] {length * 19 / 24, length * -5 / 24, length * 1 / 24, length * 9 / 24},
            within(1e-14));
  }

  @Test
  void shouldGoFromTheStartToTheEndWithAShortFirstStep() {
    AdamsWeights grid = new AdamsWeights(10);
    assertThat(grid.node(0)).isZero();
    assertThat(grid.node(grid.steps())).isEqualTo(1);
    assertThat(3 * grid.node(1)).isCloseTo(grid.node(10) - grid.node(9), within(1e-15));
  }
}
