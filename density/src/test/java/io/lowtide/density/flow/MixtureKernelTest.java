package io.lowtide.density.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomMixtures;
import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MixtureKernelTest {

  private static final double MARGIN = MixtureWorkspace.NEGLIGIBLE + 1;

  static Stream<Arguments> shapes() {
    List<Arguments> shapes = new ArrayList<>();
    for (int dimensions : new int[] {1, 2, 3, 4, 5, 8, 13, 36, 64}) {
      for (int components : new int[] {1, 2, 7, 8, 9, 16, 33, 128}) {
        for (double spread : new double[] {1, 8}) {
          shapes.add(Arguments.of(dimensions, components, spread));
        }
      }
    }
    return shapes.stream();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void shouldGiveTheSameBitsOnSimdRegistersAsInPlainJava(
      int dimensions, int components, double spread) {
    GaussianMixture mixture = mixture(dimensions, components, spread);
    MixtureWorkspace scalar = scalar(mixture).newWorkspace();
    MixtureWorkspace simd = simd(mixture).newWorkspace();
    for (double[] z : points(mixture)) {
      assertThat(found(simd, z, MARGIN)).isEqualTo(found(scalar, z, MARGIN));
      assertThat(found(simd, z, Double.POSITIVE_INFINITY)).isEqualTo(found(scalar, z, MARGIN));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void shouldFollowTheFormulaOfTheDensityAndOfItsGradient(
      int dimensions, int components, double spread) {
    GaussianMixture mixture = mixture(dimensions, components, spread);
    GaussianMixture.Evaluator evaluator = mixture.newEvaluator();
    double[] gradient = new double[dimensions];
    double[] shares = new double[components];
    for (double[] z : points(mixture)) {
      Formula formula = new Formula(mixture, z);
      double scale = Math.max(1, Math.abs(formula.logDensity));
      assertThat(evaluator.logDensity(z)).isCloseTo(formula.logDensity, within(1e-12 * scale));
      assertThat(evaluator.logDensityAndGradient(z, gradient)).isEqualTo(evaluator.logDensity(z));
      assertThat(evaluator.shares(z, shares)).isEqualTo(evaluator.logDensity(z));
      // Where densities are as small as e^-1e6, shares can be known to 1e-10 only.
      assertThat(shares).containsExactly(formula.shares, within(1e-13 * scale));
      double steepest = Arrays.stream(formula.gradient).map(Math::abs).max().orElseThrow();
      assertThat(gradient)
          .containsExactly(formula.gradient, within(1e-11 * scale * Math.max(1, steepest)));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void shouldGiveTheSameBitsForAMarginalOnBothKernels(
      int dimensions, int components, double spread) {
    int[] kept = new Random(dimensions).ints(0, dimensions).limit(5).distinct().sorted().toArray();
    GaussianMixture marginal = mixture(dimensions, components, spread).restrictedTo(kept);
    MixtureWorkspace scalar = scalar(marginal).newWorkspace();
    MixtureWorkspace simd = simd(marginal).newWorkspace();
    for (double[] z : points(marginal)) {
      assertThat(found(simd, z, MARGIN)).isEqualTo(found(scalar, z, MARGIN));
      assertThat(found(simd, z, MARGIN)[0]).isEqualTo(marginal.newEvaluator().logDensity(z));
    }
  }

  @Test
  void shouldGiveTheSameBitsBeforeAndAfterCompilation() {
    GaussianMixture mixture = mixture(6, 20, 1);
    MixtureWorkspace simd = simd(mixture).newWorkspace();
    double[] z = {0.3, -0.2, 0.1, 1.2, -0.7, 0.4};
    double[] interpreted = found(simd, z, MARGIN);
    for (int i = 0; i < 30_000; i++) {
      assertThat(Arrays.equals(found(simd, z, MARGIN), interpreted)).isTrue();
    }
  }

  @Test
  void shouldForgetThePointBefore() {
    GaussianMixture mixture = mixture(5, 12, 8);
    for (MixtureKernel kernel : List.of(scalar(mixture), simd(mixture))) {
      MixtureWorkspace reused = kernel.newWorkspace();
      double[] overflow = {1e200, -1e200, 1e200, 1e200, 0};
      double[] missing = {0, Double.NaN, 0, 0, 0};
      for (double[] z : points(mixture)) {
        reused.whiten(overflow, MARGIN);
        reused.whiten(missing, MARGIN);
        assertThat(found(reused, z, MARGIN)).isEqualTo(found(kernel.newWorkspace(), z, MARGIN));
      }
    }
  }

  @Test
  void shouldNotLetAComponentThatOverflowsSpoilTheGradientOfAnother() {
    double[] mean = {0, 0};
    GaussianMixture mixture =
        new GaussianMixture(
            List.of(
                new Component(0.5, mean, new double[] {1e-20, 3e-21, 1e-20}),
                new Component(0.5, mean, new double[] {1e20, 0, 1e20})));
    double[] z = {1e140, -2e140};
    for (MixtureKernel kernel : List.of(scalar(mixture), simd(mixture))) {
      double[] found = found(kernel.newWorkspace(), z, MARGIN);
      assertThat(found[0]).isCloseTo(-2.5e240, within(1e228));
      assertThat(new double[] {found[1], found[2]})
          .containsExactly(new double[] {-1e100, 2e100}, within(1e88));
    }
  }

  @Test
  void shouldGiveNoDensityWherePointsAreNotFinite() {
    GaussianMixture mixture = mixture(3, 9, 1);
    BaseEvaluator evaluator = mixture.newEvaluator();
    double[] gradient = new double[3];
    assertThat(evaluator.logDensityAndGradient(new double[] {0, Double.NaN, 0}, gradient)).isNaN();
    assertThat(gradient).containsOnly(0);
    assertThat(evaluator.logDensity(new double[] {1e200, 0, 0}))
        .isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void shouldTakeExponentialsToTheLastPlaces() {
    Random random = new Random(1);
    for (int trial = 0; trial < 100_000; trial++) {
      double x = -MixtureWorkspace.NEGLIGIBLE * random.nextDouble();
      double shifted = Exponential.shifted(x);
      double expected = StrictMath.exp(x);
      assertThat(Exponential.scaled(Exponential.reduced(x, shifted), shifted))
          .isCloseTo(expected, within(3 * Math.ulp(expected)));
    }
    assertThat(
            Exponential.scaled(Exponential.reduced(0, Exponential.shifted(0)), Exponential.SHIFT))
        .isEqualTo(1);
  }

  /** Log-density, then the gradient, then the weights. */
  private static double[] found(MixtureWorkspace workspace, double[] z, double margin) {
    int dimensions = workspace.dimensions;
    double[] found = new double[1 + dimensions + workspace.components];
    double largest = workspace.whiten(z, margin);
    if (!Double.isFinite(largest)) {
      found[0] = largest;
      return found;
    }
    double sum = workspace.weigh(largest);
    found[0] = largest + Math.log(sum);
    double[] slope = new double[dimensions];
    workspace.weighSlopes(slope);
    for (int i = 0; i < dimensions; i++) {
      found[1 + i] = -slope[i] / sum;
    }
    System.arraycopy(workspace.weights, 0, found, 1 + dimensions, workspace.components);
    return found;
  }

  /** What they are by definition: no component left out, in the order of the text. */
  private static final class Formula {

    private final double logDensity;
    private final double[] shares;
    private final double[] gradient;

    Formula(GaussianMixture mixture, double[] z) {
      int d = z.length;
      List<Component> components = mixture.components();
      double[] logDensities = new double[components.size()];
      double[][] slopes = new double[components.size()][];
      for (int k = 0; k < logDensities.length; k++) {
        Component one = components.get(k);
        double[] whitened = new double[d];
        double logDensity = Math.log(one.weight()) - 0.5 * d * Math.log(2 * Math.PI);
        for (int i = 0; i < d; i++) {
          double sum = z[i] - one.mean()[i];
          for (int j = 0; j < i; j++) {
            sum -= factor(one, i, j) * whitened[j];
          }
          whitened[i] = sum / factor(one, i, i);
          logDensity -= Math.log(factor(one, i, i)) + 0.5 * whitened[i] * whitened[i];
        }
        double[] slope = new double[d];
        for (int i = d - 1; i >= 0; i--) {
          double sum = whitened[i];
          for (int j = i + 1; j < d; j++) {
            sum -= factor(one, j, i) * slope[j];
          }
          slope[i] = sum / factor(one, i, i);
        }
        logDensities[k] = logDensity;
        slopes[k] = slope;
      }
      double largest = Arrays.stream(logDensities).max().orElseThrow();
      logDensity =
          largest + Math.log(Arrays.stream(logDensities).map(one -> Math.exp(one - largest)).sum());
      shares = Arrays.stream(logDensities).map(one -> Math.exp(one - logDensity)).toArray();
      gradient = new double[d];
      for (int k = 0; k < shares.length; k++) {
        for (int i = 0; i < d; i++) {
          gradient[i] -= shares[k] * slopes[k][i];
        }
      }
    }

    private static double factor(Component component, int i, int j) {
      return component.factor()[i * (i + 1) / 2 + j];
    }
  }

  /** Components about {@code spread} apart. */
  private static GaussianMixture mixture(int dimensions, int components, double spread) {
    return new GaussianMixture(
        RandomMixtures.of(dimensions, components, 7).components().stream()
            .map(
                one ->
                    new Component(
                        one.weight(),
                        Arrays.stream(one.mean()).map(entry -> spread * entry).toArray(),
                        one.factor()))
            .toList());
  }

  /** Drawn, around, and so far out that every component underflows. */
  private static List<double[]> points(GaussianMixture mixture) {
    Random random = new Random(11);
    List<double[]> points = new ArrayList<>();
    for (int trial = 0; trial < 10; trial++) {
      double[] drawn = new double[mixture.dimensions()];
      mixture.draw(random, drawn);
      points.add(drawn);
      points.add(random.doubles(drawn.length, -20, 20).toArray());
      points.add(random.doubles(drawn.length, -1e4, 1e4).toArray());
    }
    return points;
  }

  /** Makes a kernel of one kind. */
  private interface Making {
    MixtureKernel create(double[][] means, double[][] whitening, double[] logScale);
  }

  private static MixtureKernel scalar(GaussianMixture mixture) {
    return kernel(ScalarMixtureKernel::new, mixture);
  }

  private static MixtureKernel simd(GaussianMixture mixture) {
    return kernel(SimdMixtureKernel::new, mixture);
  }

  private static MixtureKernel kernel(Making making, GaussianMixture mixture) {
    int count = mixture.components().size();
    double[][] means = new double[count][];
    double[][] whitening = new double[count][];
    double[] logScale = new double[count];
    for (int k = 0; k < count; k++) {
      means[k] = mixture.components().get(k).mean();
      whitening[k] = mixture.whitening(k);
      logScale[k] = mixture.logScale(k);
    }
    return making.create(means, whitening, logScale);
  }
}
