package io.lowtide.density.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.lowtide.density.RandomFields;
import io.lowtide.density.RandomMixtures;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.ScalarVectorField;
import io.lowtide.density.field.VectorFields;
import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.GridMethod;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FlowDerivativesTest {

  private static final int DIMENSIONS = 4;
  private static final int CONTEXTS = 2;
  private static final double[] CONTEXT = {0.7, -1.2};

  private final FieldParameters parameters =
      RandomFields.of(DIMENSIONS, CONTEXTS, List.of(16, 12), Activation.TANH, 3);

  static Stream<SolverSettings> grids() {
    return Stream.of(
        SolverSettings.adamsGrid(1),
        SolverSettings.adamsGrid(2),
        SolverSettings.adamsGrid(9),
        SolverSettings.fixedGrid(ButcherTableau.EULER, 5),
        SolverSettings.fixedGrid(ButcherTableau.RUNGE_KUTTA_4, 3),
        SolverSettings.fixedGrid(ButcherTableau.DORMAND_PRINCE, 3),
        SolverSettings.fixedGrid(ButcherTableau.TSITOURAS, 2));
  }

  /** Whatever the method, the unrolled sum is the solve. */
  @ParameterizedTest
  @MethodSource("grids")
  void shouldGiveTheLogDensityOfTheGrid(SolverSettings grid) {
    Flow flow = new Flow(new ScalarVectorField(parameters), grid);
    FlowIntegrator integrator = flow.newIntegrator();
    integrator.setContext(CONTEXT);
    FlowDerivatives derivatives = flow.newDerivatives();
    derivatives.setContext(CONTEXT);
    double[] expected = new double[DIMENSIONS];
    double[] actual = new double[DIMENSIONS];
    for (double[] x : points(20)) {
      assertThat(integrator.score(x)).isEqualTo(SolveStatus.COMPLETED);
      assertThat(derivatives.logDensity(x)).isCloseTo(integrator.logDensity(), within(1e-12));
      integrator.copyPosition(expected);
      derivatives.copyBasePoint(actual);
      assertThat(actual).containsExactly(expected, within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("grids")
  void shouldGiveTheGradientThatDifferencesGive(SolverSettings grid) {
    FlowDerivatives derivatives =
        new Flow(new ScalarVectorField(parameters), grid).newDerivatives();
    derivatives.setContext(CONTEXT);
    double[] gradient = new double[DIMENSIONS];
    for (double[] x : points(10)) {
      derivatives.logDensity(x);
      derivatives.gradient(gradient);
      for (int i = 0; i < DIMENSIONS; i++) {
        double difference =
            (derivatives.logDensity(moved(x, i, 1e-5)) - derivatives.logDensity(moved(x, i, -1e-5)))
                / 2e-5;
        assertThat(gradient[i]).isCloseTo(difference, within(1e-8 * (1 + Math.abs(difference))));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("grids")
  void shouldGiveTheJacobianThatDifferencesGive(SolverSettings grid) {
    FlowDerivatives derivatives =
        new Flow(new ScalarVectorField(parameters), grid).newDerivatives();
    derivatives.setContext(CONTEXT);
    double[] columns = new double[DIMENSIONS * DIMENSIONS];
    double[] ahead = new double[DIMENSIONS];
    double[] behind = new double[DIMENSIONS];
    for (double[] x : points(5)) {
      derivatives.logDensity(x);
      derivatives.jacobian(columns);
      for (int i = 0; i < DIMENSIONS; i++) {
        derivatives.logDensity(moved(x, i, 1e-5));
        derivatives.copyBasePoint(ahead);
        derivatives.logDensity(moved(x, i, -1e-5));
        derivatives.copyBasePoint(behind);
        for (int j = 0; j < DIMENSIONS; j++) {
          assertThat(columns[i * DIMENSIONS + j])
              .isCloseTo((ahead[j] - behind[j]) / 2e-5, within(1e-8));
        }
      }
    }
  }

  @Test
  void shouldStartFromAMixtureOfGaussians() {
    GaussianMixture base = RandomMixtures.of(DIMENSIONS, 3, 4);
    FlowDerivatives derivatives =
        new Flow(new ScalarVectorField(parameters), base, SolverSettings.adamsGrid(9))
            .newDerivatives();
    derivatives.setContext(CONTEXT);
    double[] gradient = new double[DIMENSIONS];
    for (double[] x : points(10)) {
      derivatives.logDensity(x);
      derivatives.gradient(gradient);
      for (int i = 0; i < DIMENSIONS; i++) {
        double difference =
            (derivatives.logDensity(moved(x, i, 1e-5)) - derivatives.logDensity(moved(x, i, -1e-5)))
                / 2e-5;
        assertThat(gradient[i]).isCloseTo(difference, within(1e-7 * (1 + Math.abs(difference))));
      }
    }
  }

  /** Of one Gaussian, and where the volume hardly changes, the approximation is the density. */
  @Test
  void shouldLookLikeTheGaussianOfItsBase() {
    GaussianMixture base = RandomMixtures.of(DIMENSIONS, 1, 6);
    FieldParameters still =
        new FieldParameters(parameters.shape(), new float[parameters.shape().parameterCount()]);
    FlowDerivatives derivatives =
        new Flow(new ScalarVectorField(still), base, SolverSettings.adamsGrid(4)).newDerivatives();
    double[] columns = new double[DIMENSIONS * DIMENSIONS];
    double[] residual = new double[DIMENSIONS];
    double[] x = points(1).get(0);
    double level = derivatives.logDensity(x);
    derivatives.jacobian(columns);
    derivatives.standardise(columns, residual);
    double[] by = {0.4, -0.9, 0.2, 1.3};
    double[] to = new double[DIMENSIONS];
    double change = 0;
    for (int k = 0; k < DIMENSIONS; k++) {
      to[k] = x[k] + by[k];
      double moved = residual[k];
      for (int i = 0; i < DIMENSIONS; i++) {
        moved += columns[i * DIMENSIONS + k] * by[i];
      }
      change += (residual[k] * residual[k] - moved * moved) / 2;
    }
    assertThat(derivatives.logDensity(to)).isCloseTo(level + change, within(1e-9));
  }

  /** Single precision beside double, on the kernel that this JVM scores with. */
  @Test
  void shouldAgreeOnEveryKernel() {
    for (List<Integer> hidden : List.of(List.of(40), List.of(64, 64), List.of(20, 20, 20))) {
      FieldParameters field = RandomFields.of(9, CONTEXTS, hidden, Activation.TANH, 5);
      SolverSettings grid = SolverSettings.adamsGrid(12);
      FlowDerivatives exact = new Flow(new ScalarVectorField(field), grid).newDerivatives();
      FlowDerivatives fast = new Flow(VectorFields.of(field), grid).newDerivatives();
      exact.setContext(CONTEXT);
      fast.setContext(CONTEXT);
      double[] expected = new double[9];
      double[] actual = new double[9];
      double[] expectedColumns = new double[81];
      double[] actualColumns = new double[81];
      Random random = new Random(6);
      for (int repetition = 0; repetition < 20; repetition++) {
        double[] x = random.doubles(9, -3, 3).toArray();
        assertThat(fast.logDensity(x)).isCloseTo(exact.logDensity(x), within(1e-3));
        exact.gradient(expected);
        fast.gradient(actual);
        assertThat(actual).containsExactly(expected, within(1e-3));
        exact.jacobian(expectedColumns);
        fast.jacobian(actualColumns);
        assertThat(actualColumns).containsExactly(expectedColumns, within(1e-3));
      }
    }
  }

  /** A checked grid without its check, and for an adaptive solve a grid close to it. */
  @Test
  void shouldStayNearTheSolverOfTheModel() {
    SolverSettings.Adaptive adaptive = SolverSettings.dormandPrince(1e-7);
    for (SolverSettings settings :
        List.of(
            adaptive,
            adaptive.onCheckedGrid(GridMethod.ADAMS, 30, 1e9),
            adaptive.onCheckedGrid(GridMethod.RUNGE_KUTTA, 6, 1e9),
            SolverSettings.fixedGrid(ButcherTableau.EULER, 5_000),
            SolverSettings.adamsGrid(10_000))) {
      Flow flow = new Flow(new ScalarVectorField(parameters), settings);
      FlowIntegrator integrator = flow.newIntegrator();
      integrator.setContext(CONTEXT);
      FlowDerivatives derivatives = flow.newDerivatives();
      derivatives.setContext(CONTEXT);
      assertThat(derivatives.evaluations()).isLessThanOrEqualTo(64);
      for (double[] x : points(10)) {
        integrator.score(x);
        assertThat(derivatives.logDensity(x)).isCloseTo(integrator.logDensity(), within(1e-2));
      }
    }
  }

  @Test
  void shouldAllocateNothing() {
    FlowDerivatives derivatives =
        new Flow(new ScalarVectorField(parameters), SolverSettings.adamsGrid(9)).newDerivatives();
    double[] x = points(1).get(0);
    double[] gradient = new double[DIMENSIONS];
    double[] columns = new double[DIMENSIONS * DIMENSIONS];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = 0;
    for (int repetition = 0; repetition < 300; repetition++) {
      if (repetition == 200) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      derivatives.setContext(CONTEXT);
      derivatives.logDensity(x);
      derivatives.gradient(gradient);
      derivatives.jacobian(columns);
    }
    // Measuring itself takes some hundred bytes.
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(2_000);
  }

  private static double[] moved(double[] x, int dimension, double by) {
    double[] moved = x.clone();
    moved[dimension] += by;
    return moved;
  }

  private static List<double[]> points(int count) {
    Random random = new Random(8);
    return Stream.generate(() -> random.doubles(DIMENSIONS, -2.5, 2.5).toArray())
        .limit(count)
        .toList();
  }
}
