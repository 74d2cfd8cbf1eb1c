package io.lowtide.density.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomFields;
import io.lowtide.density.RandomMixtures;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.ScalarVectorField;
import io.lowtide.density.field.VectorFields;
import io.lowtide.density.flow.GaussianMixture.Component;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GaussianMixtureTest {

  private static final double[][] COVARIANCE = {{2, 0.6}, {0.6, 0.5}};
  private static final double MISSING = Double.NaN;

  @Test
  void shouldGiveTheDensityOfOneGaussian() {
    GaussianMixture mixture =
        new GaussianMixture(List.of(Component.of(1, new double[] {1, -1}, COVARIANCE)));
    double determinant = 2 * 0.5 - 0.6 * 0.6;
    // (x - mean)' covariance^-1 (x - mean) with x - mean = (0.5, 1).
    double square = (0.5 * 0.25 - 2 * 0.6 * 0.5 + 2 * 1) / determinant;

    double logDensity = mixture.newEvaluator().logDensity(new double[] {1.5, 0});

    assertThat(logDensity)
        .isCloseTo(
            -0.5 * square - 0.5 * Math.log(determinant) - Math.log(2 * Math.PI), within(1e-12));
  }

  @Test
  void shouldAddTheDensitiesOfItsComponents() {
    GaussianMixture mixture = RandomMixtures.of(3, 4, 1);
    double[] z = {0.3, -0.7, 1.2};
    double sum = 0;
    for (Component component : mixture.components()) {
      GaussianMixture alone =
          new GaussianMixture(List.of(new Component(1, component.mean(), component.factor())));
      sum += component.weight() * Math.exp(alone.newEvaluator().logDensity(z));
    }

    assertThat(mixture.newEvaluator().logDensity(z)).isCloseTo(Math.log(sum), within(1e-12));
  }

  /** In ten dimensions some of 60 components are near to a point, and most contribute nothing. */
  @Test
  void shouldLoseNothingByTheComponentsThatItGivesUp() {
    int d = 10;
    GaussianMixture near = RandomMixtures.of(d, 60, 2);
    GaussianMixture mixture =
        new GaussianMixture(
            IntStream.range(0, 60)
                .mapToObj(k -> moved(near.components().get(k), 0.2 * k))
                .toList());
    BaseEvaluator evaluator = mixture.newEvaluator();
    Random random = new Random(4);
    double[] z = new double[d];
    double[] gradient = new double[d];
    for (int trial = 0; trial < 50; trial++) {
      mixture.draw(random, z);
      double sum = 0;
      double[] slopes = new double[d];
      for (Component component : mixture.components()) {
        double density = component.weight() * Math.exp(logDensity(component, z, gradient));
        sum += density;
        for (int i = 0; i < d; i++) {
          slopes[i] += density * gradient[i];
        }
      }
      assertThat(evaluator.logDensityAndGradient(z, gradient))
          .isCloseTo(Math.log(sum), within(1e-12 * Math.abs(Math.log(sum))));
      assertThat(evaluator.logDensity(z)).isCloseTo(Math.log(sum), within(1e-11));
      for (int i = 0; i < d; i++) {
        assertThat(gradient[i]).isCloseTo(slopes[i] / sum, within(1e-11));
      }
    }
  }

  private static Component moved(Component component, double by) {
    double[] mean = Arrays.stream(component.mean()).map(value -> value + by).toArray();
    return new Component(component.weight(), mean, component.factor());
  }

  /** Of a component alone. */
  private static double logDensity(Component component, double[] z, double[] gradient) {
    return new GaussianMixture(List.of(new Component(1, component.mean(), component.factor())))
        .newEvaluator()
        .logDensityAndGradient(z, gradient);
  }

  @Test
  void shouldKeepAFiniteDensityAndGradientWhereEveryComponentUnderflows() {
    BaseEvaluator evaluator = RandomMixtures.of(3, 4, 1).newEvaluator();
    double[] gradient = new double[3];

    double logDensity = evaluator.logDensityAndGradient(new double[] {400, -300, 500}, gradient);

    assertThat(logDensity).isBetween(-1e8, -1e3);
    assertThat(gradient)
        .doesNotContain(MISSING, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    // Back towards the components, which are close to the origin.
    assertThat(400 * gradient[0] - 300 * gradient[1] + 500 * gradient[2]).isLessThan(-1e3);
  }

  @Test
  void shouldStandardiseByTheMostProbableComponentToTheLastBit() {
    Random random = new Random(8);
    int d = 4;
    List<Component> components =
        RandomMixtures.of(d, 20, 6).components().stream()
            .map(
                one ->
                    new Component(
                        one.weight(),
                        random.doubles(d, -30, 30).toArray(),
                        Arrays.stream(one.factor()).map(entry -> 0.5 * entry).toArray()))
            .toList();
    GaussianMixture mixture = new GaussianMixture(components);
    BaseEvaluator evaluator = mixture.newEvaluator();
    for (int trial = 0; trial < 200; trial++) {
      double[] z = random.doubles(d, -40, 40).toArray();
      double[][] whitened = new double[components.size()][];
      double[] logDensities = new double[components.size()];
      for (int k = 0; k < logDensities.length; k++) {
        whitened[k] = whiten(mixture, k, z);
        double squares = 0;
        for (double component : whitened[k]) {
          squares += component * component;
        }
        logDensities[k] = mixture.logScale(k) - 0.5 * squares;
      }
      double largest = Arrays.stream(logDensities).max().orElseThrow();
      double[] residual = new double[d];
      evaluator.standardise(z, residual, new double[d * d]);

      int nearest =
          IntStream.range(0, logDensities.length)
              .filter(k -> logDensities[k] == largest)
              .findFirst()
              .orElseThrow();
      assertThat(residual).containsExactly(whitened[nearest]);
    }
  }

  private static double[] whiten(GaussianMixture mixture, int k, double[] z) {
    double[] mean = mixture.components().get(k).mean();
    double[] inverse = mixture.whitening(k);
    double[] result = new double[z.length];
    int begin = 0;
    for (int j = 0; j < z.length; j++) {
      for (int i = j; i < z.length; i++) {
        result[i] += inverse[begin + i - j] * (z[j] - mean[j]);
      }
      begin += z.length - j;
    }
    return result;
  }

  @Test
  void shouldAgreeWithFiniteDifferencesOfItsLogDensity() {
    Random random = new Random(3);
    for (BaseDensity base :
        List.of(RandomMixtures.of(1, 3, 4), RandomMixtures.of(5, 4, 5), new StandardNormal(4))) {
      BaseEvaluator evaluator = base.newEvaluator();
      double[] gradient = new double[base.dimensions()];
      for (int trial = 0; trial < 20; trial++) {
        double[] z = random.doubles(base.dimensions(), -3, 3).toArray();
        double found = evaluator.logDensityAndGradient(z, gradient);
        assertThat(found).isEqualTo(evaluator.logDensity(z));
        double[] differences = CentralDifferences.of(evaluator::logDensity, z, 1e-5);
        assertThat(gradient).containsExactly(differences, within(1e-6));
      }
    }
  }

  @Test
  void shouldHaveTheMarginalThatAnIntegralOverTheOtherComponentsGives() {
    GaussianMixture mixture = RandomMixtures.of(2, 3, 6);
    BaseEvaluator both = mixture.newEvaluator();
    BaseEvaluator second = mixture.restrictedTo(new int[] {1}).newEvaluator();
    for (double z : new double[] {-1.4, 0, 0.8}) {
      double sum = 0;
      for (double other = -12; other <= 12; other += 0.01) {
        sum += 0.01 * Math.exp(both.logDensity(new double[] {other, z}));
      }
      assertThat(second.logDensity(new double[] {z})).isCloseTo(Math.log(sum), within(1e-9));
    }
  }

  @Test
  void shouldDrawPointsOfItsMeansAndCovariances() {
    Component first = Component.of(0.3, new double[] {2, 0}, COVARIANCE);
    Component second = Component.of(0.7, new double[] {-1, 1}, new double[][] {{1, 0}, {0, 1}});
    GaussianMixture mixture = new GaussianMixture(List.of(first, second));
    Random random = new Random(8);
    double[] z = new double[2];
    double[] sums = new double[5];
    int count = 200_000;
    for (int i = 0; i < count; i++) {
      mixture.draw(random, z);
      sums[0] += z[0] / count;
      sums[1] += z[1] / count;
      sums[2] += z[0] * z[0] / count;
      sums[3] += z[1] * z[1] / count;
      sums[4] += z[0] * z[1] / count;
    }

    double[] expected = {
      0.3 * 2 - 0.7, 0.7, 0.3 * (2 + 4) + 0.7 * 2, 0.3 * 0.5 + 0.7 * 2, 0.3 * 0.6 - 0.7
    };
    assertThat(sums).containsExactly(expected, within(0.03));
  }

  @Test
  void shouldMatchTheChangeOfVariablesUnderAFlow() {
    FieldParameters field = RandomFields.of(2, 0, List.of(24, 24), Activation.TANH, 17);
    GaussianMixture mixture = RandomMixtures.of(2, 3, 11);
    FlowIntegrator integrator =
        new Flow(new ScalarVectorField(field), mixture, SolverSettings.dormandPrince(1e-11))
            .newIntegrator();
    double[] x = {0.4, -1.1};
    double[][] jacobian = new double[2][2];
    double step = 1e-5;
    for (int i = 0; i < 2; i++) {
      for (int side = -1; side <= 1; side += 2) {
        double[] moved = x.clone();
        moved[i] += side * step;
        double[] end = start(integrator, moved);
        jacobian[0][i] += side * end[0] / (2 * step);
        jacobian[1][i] += side * end[1] / (2 * step);
      }
    }
    double[] z = start(integrator, x);
    double determinant = jacobian[0][0] * jacobian[1][1] - jacobian[0][1] * jacobian[1][0];

    assertThat(integrator.logDensity())
        .isCloseTo(
            mixture.newEvaluator().logDensity(z) + Math.log(Math.abs(determinant)), within(1e-7));
  }

  private static double[] start(FlowIntegrator integrator, double[] x) {
    assertThat(integrator.score(x)).isEqualTo(SolveStatus.COMPLETED);
    double[] z = new double[x.length];
    integrator.copyPosition(z);
    return z;
  }

  @Test
  void shouldScoreASampleWithTheLogDensityItWasDrawnWith() {
    FieldParameters field = RandomFields.of(6, 0, List.of(32, 32), Activation.TANH, 31);
    GaussianMixture mixture = RandomMixtures.of(6, 5, 12);
    FlowIntegrator integrator =
        new Flow(new ScalarVectorField(field), mixture, SolverSettings.dormandPrince(1e-9))
            .newIntegrator();
    Random random = new Random(32);
    double[] z = new double[6];
    double[] x = new double[6];
    for (int trial = 0; trial < 20; trial++) {
      mixture.draw(random, z);
      assertThat(integrator.sample(z)).isEqualTo(SolveStatus.COMPLETED);
      double drawn = integrator.logDensity();
      integrator.copyPosition(x);
      assertThat(integrator.score(x)).isEqualTo(SolveStatus.COMPLETED);
      assertThat(integrator.logDensity()).isCloseTo(drawn, within(1e-6));
    }
  }

  @Test
  void shouldGiveTheSameBitsToEveryEvaluatorInEveryOrder() {
    Flow flow =
        new Flow(
            VectorFields.of(RandomFields.of(8, 0, List.of(64, 64), Activation.TANH, 41)),
            RandomMixtures.of(8, 6, 13),
            SolverSettings.dormandPrince(1e-5));
    Random random = new Random(42);
    double[][] records =
        IntStream.range(0, 3000)
            .mapToObj(unused -> random.doubles(8, -3, 3).toArray())
            .toArray(double[][]::new);
    double[] forwards = new double[records.length];
    FlowIntegrator one = flow.newIntegrator();
    for (int i = 0; i < records.length; i++) {
      one.score(records[i]);
      forwards[i] = one.logDensity();
    }
    FlowIntegrator other = flow.newIntegrator();
    for (int i = records.length - 1; i >= 0; i--) {
      other.score(records[i]);
      assertThat(other.logDensity()).isEqualTo(forwards[i]);
    }
  }

  @Test
  void shouldRefuseWhatIsNoMixture() {
    double[] mean = {0, 0};
    double[] factor = {1, 0, 1};
    assertThatThrownBy(() -> new GaussianMixture(List.of()))
        .hasMessage("components: none, expected at least one");
    assertThatThrownBy(() -> new GaussianMixture(List.of(new Component(0.5, mean, factor))))
        .hasMessage("weights: their sum is 0.5, expected 1");
    assertThatThrownBy(() -> new Component(-0.5, mean, factor))
        .hasMessage("weight: -0.5, expected above 0 and at most 1");
    assertThatThrownBy(() -> new Component(1, mean, new double[] {1, 0}))
        .hasMessage("factor: 2 numbers, expected 3 for a mean of 2");
    assertThatThrownBy(() -> new Component(1, mean, new double[] {1, 0, 0}))
        .hasMessage("factor: 0.0 on its diagonal, expected above 0");
    assertThatThrownBy(() -> new Component(1, new double[] {0, MISSING}, factor))
        .hasMessage("mean: NaN, expected a finite number");
    assertThatThrownBy(
            () ->
                new GaussianMixture(
                    List.of(
                        new Component(0.5, mean, factor),
                        new Component(0.5, new double[1], new double[] {1}))))
        .hasMessage("components: one of 1 dimensions, expected 2 as the first has");
    assertThatThrownBy(
            () ->
                new Flow(
                    VectorFields.of(RandomFields.of(3, 0, List.of(4, 4), Activation.TANH, 1)),
                    RandomMixtures.of(2, 2, 1),
                    SolverSettings.dormandPrince(1e-5)))
        .hasMessage("base: of 2 dimensions, expected 3, those of the vector field");
  }
}
