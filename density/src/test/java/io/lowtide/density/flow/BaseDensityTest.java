package io.lowtide.density.flow;

import static org.assertj.core.api.Assertions.assertThat;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for a flow from any of them. */
class BaseDensityTest {

  private static final double MISSING = Double.NaN;

  static List<BaseDensity> ofThePlane() {
    return List.of(
        RandomMixtures.of(2, 4, 9),
        new StackedDensity(RandomMixtures.of(2, 4, 1), RandomKernels.of(2, 40, 2), 0.5));
  }

  private static Flow flow(BaseDensity base) {
    FieldParameters field = RandomFields.of(2, 0, List.of(32, 32), Activation.TANH, 21);
    return new Flow(VectorFields.of(field), base, SolverSettings.dormandPrince(1e-6));
  }

  @ParameterizedTest
  @MethodSource("ofThePlane")
  void shouldIntegrateToOneOverThePlaneUnderAFlow(BaseDensity base) {
    FlowIntegrator integrator = flow(base).newIntegrator();
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

  /** Also the density of each value alone, when the other one is missing. */
  @ParameterizedTest
  @MethodSource("ofThePlane")
  void shouldIntegrateToOneOverTheLineUnderARestrictedFlow(BaseDensity base) {
    PartialFlow partial = flow(base).newPartialFlow();
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
}
