package io.lowtide.density.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomKernels;
import io.lowtide.density.RandomMixtures;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StackedDensityTest {

  private static final double MISSING = Double.NaN;

  private static StackedDensity density(int dimensions, double share) {
    return new StackedDensity(
        RandomMixtures.of(dimensions, 4, 1), RandomKernels.of(dimensions, 40, 2), share);
  }

  @Test
  void shouldAddBothDensitiesByTheirShares() {
    StackedDensity stacked = density(3, 0.3);
    BaseEvaluator evaluator = stacked.newEvaluator();
    BaseEvaluator mixture = stacked.mixture().newEvaluator();
    BaseEvaluator kernels = RandomKernels.asMixture(stacked.kernels()).newEvaluator();
    Random random = new Random(3);
    for (int trial = 0; trial < 100; trial++) {
      double[] z = random.doubles(3, -2, 2).toArray();
      double sum = 0.7 * Math.exp(mixture.logDensity(z)) + 0.3 * Math.exp(kernels.logDensity(z));
      assertThat(evaluator.logDensity(z)).isCloseTo(Math.log(sum), within(1e-7));
    }
  }

  @Test
  void shouldAgreeWithFiniteDifferencesOfItsLogDensity() {
    BaseEvaluator evaluator = density(4, 0.6).newEvaluator();
    Random random = new Random(4);
    double[] gradient = new double[4];
    for (int trial = 0; trial < 50; trial++) {
      double[] z = random.doubles(4, -2, 2).toArray();
      assertThat(evaluator.logDensityAndGradient(z, gradient)).isEqualTo(evaluator.logDensity(z));
      double[] differences = CentralDifferences.of(evaluator::logDensity, z, 1e-4);
      for (int i = 0; i < z.length; i++) {
        assertThat(gradient[i])
            .isCloseTo(differences[i], within(1e-4 * Math.max(1, Math.abs(gradient[i]))));
      }
    }
  }

  @Test
  void shouldHaveTheMarginalThatAnIntegralOverTheOtherComponentsGives() {
    StackedDensity whole = density(3, 0.4);
    BaseEvaluator all = whole.newEvaluator();
    double width = 0.05;
    for (int kept = 0; kept < 3; kept++) {
      BaseEvaluator marginal = whole.restrictedTo(new int[] {kept}).newEvaluator();
      for (double at : new double[] {-1.3, 0.2, 2}) {
        double sum = 0;
        double[] z = new double[3];
        z[kept] = at;
        for (double first = -8; first <= 8; first += width) {
          for (double second = -8; second <= 8; second += width) {
            z[(kept + 1) % 3] = first;
            z[(kept + 2) % 3] = second;
            sum += width * width * Math.exp(all.logDensity(z));
          }
        }
        assertThat(marginal.logDensity(new double[] {at})).isCloseTo(Math.log(sum), within(1e-5));
      }
    }
  }

  /** Also where one of both underflows, or both are far below what a double holds. */
  @Test
  void shouldKeepAFiniteDensityAndGradientFarFromEverything() {
    BaseEvaluator evaluator = density(3, 0.5).newEvaluator();
    double[] gradient = new double[3];
    double logDensity = evaluator.logDensityAndGradient(new double[] {400, -300, 500}, gradient);
    assertThat(logDensity).isBetween(-1e8, -1e3);
    assertThat(400 * gradient[0] - 300 * gradient[1] + 500 * gradient[2]).isLessThan(-1e3);
    assertThat(evaluator.logDensityAndGradient(new double[] {0, MISSING, 0}, gradient)).isNaN();
    assertThat(gradient).containsOnly(0);
  }

  @Test
  void shouldDrawFromBothByTheirShares() {
    StackedDensity stacked = density(1, 0.25);
    Random random = new Random(6);
    int count = 100_000;
    double[] z = new double[1];
    double drawn = 0;
    for (int i = 0; i < count; i++) {
      stacked.draw(random, z);
      drawn += z[0] < 0 ? 1.0 / count : 0;
    }
    BaseEvaluator evaluator = stacked.newEvaluator();
    double expected = 0;
    for (double x = -15; x < 0; x += 0.001) {
      expected += 0.001 * Math.exp(evaluator.logDensity(new double[] {x + 0.0005}));
    }
    assertThat(drawn).isCloseTo(expected, within(0.006));
  }

  @Test
  void shouldRefuseAShareThatIsNone() {
    assertThatThrownBy(() -> density(2, 0)).hasMessage("share: 0.0, expected above 0 and below 1");
    assertThatThrownBy(() -> density(2, 1)).hasMessage("share: 1.0, expected above 0 and below 1");
    assertThatThrownBy(
            () -> new StackedDensity(RandomMixtures.of(2, 4, 1), RandomKernels.of(3, 4, 2), 0.5))
        .hasMessage("kernels: of 3 dimensions, expected 2, those of the mixture");
  }
}
