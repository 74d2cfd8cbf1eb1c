package io.lowtide.density.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.ScalarVectorField;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowDerivatives;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import io.lowtide.density.ode.SolverSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On one Gaussian, where all of it is known in closed form. */
class LocalGaussianTest {

  /** The first two go together, and the last two do. */
  private static final double[][] COVARIANCE = {
    {1, 0.95, 0, 0}, {0.95, 1, 0, 0}, {0, 0, 1, 0.9}, {0, 0, 0.9, 1}
  };

  private final FlowDerivatives flow = gaussian();
  private final LocalGaussian local = new LocalGaussian(4);

  private static FlowDerivatives gaussian() {
    FieldShape shape = new FieldShape(4, 0, List.of(2), Activation.TANH);
    FieldParameters still = new FieldParameters(shape, new float[shape.parameterCount()]);
    return new Flow(
            new ScalarVectorField(still),
            new GaussianMixture(List.of(Component.of(1, new double[4], COVARIANCE))),
            SolverSettings.adamsGrid(2))
        .newDerivatives();
  }

  private void lookFrom(double... point) {
    flow.logDensity(point);
    local.linearise(flow);
  }

  @Test
  void shouldExpectAComponentWhereTheOthersLetItBe() {
    lookFrom(2, -1, 0.5, 0);
    // Conditional mean 0.95 times the partner's value, conditional variance 1 - 0.95^2.
    assertThat(2 + local.expected(0)).isCloseTo(-0.95, within(1e-9));
    assertThat(local.deviation(0)).isCloseTo(Math.sqrt(1 - 0.95 * 0.95), within(1e-9));
    assertThat(0.5 + local.expected(2)).isCloseTo(0, within(1e-9));
  }

  @Test
  void shouldDisplaceTheOneComponentThatDoesNotFit() {
    lookFrom(2, 0.1, 0.2, 0.1);
    double[] displacement = new double[4];
    local.sparseDisplacement(1, Double.POSITIVE_INFINITY, displacement);
    assertThat(displacement[0]).isCloseTo(0.095 - 2, within(1e-9));
    assertThat(displacement).containsExactly(new double[] {displacement[0], 0, 0, 0});
  }

  /** Each of a pair is as odd as its partner: one at a time would not see that both are. */
  @Test
  void shouldDisplaceAPairThatFitsTogetherButIsFarOff() {
    lookFrom(6, 6, 0.2, 0.1);
    double[] displacement = new double[4];
    local.sparseDisplacement(1, Double.POSITIVE_INFINITY, displacement);
    assertThat(displacement[0]).isCloseTo(-6, within(1e-9));
    assertThat(displacement[1]).isCloseTo(-6, within(1e-9));
    assertThat(displacement[2]).isZero();
    assertThat(displacement[3]).isZero();
  }

  @Test
  void shouldDisplaceMoreOnlyWhereItPaysOrIsWanted() {
    // The third is odd beside the fourth by 1.3 nats, the first beside the second by many.
    lookFrom(2, 0, 0.7, 0);
    double[] displacement = new double[4];
    local.sparseDisplacement(2, Double.POSITIVE_INFINITY, displacement);
    assertThat(displacement[2]).isZero();
    local.sparseDisplacement(1, Double.POSITIVE_INFINITY, displacement);
    assertThat(displacement[2]).isNotZero();
    local.sparseDisplacement(2, 0.1, displacement);
    assertThat(displacement[2]).isNotZero();
  }

  @Test
  void shouldDisplaceMoreThanTheGivenComponentsOnlyWhereItIsWanted() {
    lookFrom(2, 0, 0.7, 0);
    double[] displacement = new double[4];
    boolean[] displaced = {false, true, false, false};
    local.displacement(displaced, Double.POSITIVE_INFINITY, displacement);
    // Conditional mean given the first.
    assertThat(displacement).containsExactly(new double[] {0, 1.9, 0, 0}, within(1e-9));
    // That leaves the first an energy of 4, and the third 0.7 * 0.7 / (1 - 0.9 * 0.9).
    local.displacement(displaced, 5, displacement);
    assertThat(displacement).containsExactly(new double[] {-2, 0, 0, 0}, within(1e-9));
    local.displacement(displaced, 1, displacement);
    assertThat(displacement).containsExactly(new double[] {-2, 0, -0.7, 0}, within(1e-9));
  }

  @Test
  void shouldLookTheSameFromAnotherOrigin() {
    lookFrom(2, -1, 0.5, 0.3);
    local.move(new double[] {2, -1, 0.5, 0.3}, new double[] {0, 1, 0, 0});
    double energy = local.energy();
    double expected = local.expected(1);
    lookFrom(0, 1, 0, 0);
    assertThat(energy).isCloseTo(local.energy(), within(1e-9));
    assertThat(expected).isCloseTo(local.expected(1), within(1e-9));
  }
}
