package io.lowtide.density.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomFields;
import io.lowtide.density.RandomKernels;
import io.lowtide.density.RandomMixtures;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.VectorFields;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import java.util.List;
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
      for (int i = 0; i < z.length; i++) {
        double kept = z[i];
        z[i] = kept + 1e-4;
        double ahead = evaluator.logDensity(z);
        z[i] = kept - 1e-4;
        double behind = evaluator.logDensity(z);
        z[i] = kept;
        assertThat(gradient[i])
            .isCloseTo((ahead - behind) / 2e-4, within(1e-4 * Math.max(1, Math.abs(gradient[i]))));
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
  void shouldIntegrateToOneOverThePlaneUnderAFlow() {
    FieldParameters field = RandomFields.of(2, 0, List.of(32, 32), Activation.TANH, 21);
    FlowIntegrator integrator =
        new Flow(VectorFields.of(field), density(2, 0.5), SolverSettings.dormandPrince(1e-6))
            .newIntegrator();
    double width = 0.1;
    double sum = 0;
    for (double x = -12; x <= 12; x += width) {
      for (double y = -12; y <= 12; y += width) {
        assertThat(integrator.score(new double[] {x, y})).isEqualTo(SolveStatus.COMPLETED);
        sum += Math.exp(integrator.logDensity()) * width * width;
      }
    }
    assertThat(sum).isCloseTo(1, within(1e-3));
  }

  /** The density of each value alone, when the other one is missing. */
  @Test
  void shouldIntegrateToOneOverTheLineUnderARestrictedFlow() {
    FieldParameters field = RandomFields.of(2, 0, List.of(32, 32), Activation.TANH, 21);
    PartialFlow partial =
        new Flow(VectorFields.of(field), density(2, 0.5), SolverSettings.dormandPrince(1e-6))
            .newPartialFlow();
    double first = 0;
    double second = 0;
    for (double x = -15; x <= 15; x += 0.02) {
      assertThat(partial.score(new double[] {x, MISSING})).isEqualTo(SolveStatus.COMPLETED);
      first += 0.02 * Math.exp(partial.logDensity());
      assertThat(partial.score(new double[] {MISSING, x})).isEqualTo(SolveStatus.COMPLETED);
      second += 0.02 * Math.exp(partial.logDensity());
    }
    assertThat(first).isCloseTo(1, within(1e-4));
    assertThat(second).isCloseTo(1, within(1e-4));
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
