package io.lowtide.density.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomKernels;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelDensityTest {

  private static final double[][] CENTRES = {{0, 0}, {1, 2}};
  private static final double[] SCALES = {1, 0};
  private static final double[][] SPREAD = {{2, 0.6}, {0.6, 0.5}};
  private static final double[] NOISE = {0.1, 0.2};

  @ParameterizedTest
  @CsvSource({"1,1", "1,30", "2,7", "3,8", "5,9", "8,500", "13,100", "36,64"})
  void shouldBeTheMixtureThatItsKernelsAre(int dimensions, int count) {
    KernelDensity kernels = RandomKernels.of(dimensions, count, 3);
    BaseEvaluator mixture = RandomKernels.asMixture(kernels).newEvaluator();
    KernelDensity.Evaluator evaluator = kernels.newEvaluator();
    Random random = new Random(4);
    double[] gradient = new double[dimensions];
    double[] expected = new double[dimensions];
    for (int trial = 0; trial < 100; trial++) {
      double width = trial % 2 == 0 ? 1 : 8;
      double[] z = random.doubles(dimensions, -width, width).toArray();
      double logDensity = mixture.logDensityAndGradient(z, expected);
      double steepest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();

      assertThat(evaluator.logDensity(z))
          .isCloseTo(logDensity, within(2e-7 + 1e-11 * Math.abs(logDensity)));
      assertThat(evaluator.logDensityAndGradient(z, gradient)).isEqualTo(evaluator.logDensity(z));
      assertThat(gradient).containsExactly(expected, within(1e-5 + 1e-7 * steepest));
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,7", "3,8", "4,300", "9,33", "36,64"})
  void shouldGiveTheSameBitsOnSimdRegistersAsInPlainJava(int dimensions, int count) {
    KernelTable table = table(dimensions, count);
    KernelSum scalar = new ScalarKernelSum(table);
    KernelSum simd = new SimdKernelSum(table);
    Random random = new Random(5);
    double[] ofScalar = new double[dimensions];
    double[] ofSimd = new double[dimensions];
    for (int trial = 0; trial < 300; trial++) {
      double width = Math.pow(10, trial % 4);
      double[] point = random.doubles(dimensions, -width, width).toArray();

      assertThat(simd.logDensity(point)).isEqualTo(scalar.logDensity(point));
      scalar.slope(ofScalar);
      simd.slope(ofSimd);
      assertThat(ofSimd).isEqualTo(ofScalar);
    }
  }

  @ParameterizedTest
  @CsvSource({"2,7", "4,300", "9,33", "36,64"})
  void shouldGiveTheSameBitsOnSimdRegistersForAMarginal(int dimensions, int count) {
    KernelDensity whole = RandomKernels.of(dimensions, count, 12);
    int[] kept = IntStream.range(0, dimensions).filter(i -> i % 3 != 1).toArray();
    KernelTable table = whole.restrictedTo(kept).table();
    KernelSum scalar = new ScalarKernelSum(table);
    KernelSum simd = new SimdKernelSum(table);
    Random random = new Random(13);
    for (int trial = 0; trial < 100; trial++) {
      double[] point = random.doubles(kept.length, -30, 30).toArray();
      assertThat(simd.logDensity(point)).isEqualTo(scalar.logDensity(point));
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "3,8,0", "4,300,2", "36,64,35"})
  void shouldMeasureDistancesToTheSameBitsOnSimdRegisters(int dimensions, int count, int rank) {
    KernelTable table = table(dimensions, count);
    KernelSum scalar = new ScalarKernelSum(table);
    KernelSum simd = new SimdKernelSum(table);
    Random random = new Random(9);
    double[][] basis = new double[dimensions][];
    Arrays.setAll(basis, k -> random.doubles(dimensions, -0.5, 0.5).toArray());
    double[] point = random.doubles(dimensions, -4, 4).toArray();
    double[] ofScalar = new double[KernelTable.LANES];
    double[] ofSimd = new double[KernelTable.LANES];
    for (int group = 0; group < table.groups(); group++) {
      scalar.squaredDistances(group, point, basis, rank, ofScalar);
      simd.squaredDistances(group, point, basis, rank, ofSimd);
      assertThat(ofSimd).isEqualTo(ofScalar);
    }
  }

  private static KernelTable table(int dimensions, int count) {
    Random random = new Random(6);
    double[][] centres = new double[count][];
    Arrays.setAll(centres, k -> random.doubles(dimensions, -3, 3).toArray());
    double[][] unchanged = new double[dimensions][dimensions];
    for (int i = 0; i < dimensions; i++) {
      unchanged[i][i] = 1;
    }
    return KernelTable.of(
        KernelLayout.of(
            centres, random.ints(count, 0, 4).mapToDouble(power -> Math.pow(2, -power)).toArray()),
        new KernelCoordinates(unchanged, random.doubles(dimensions, 0, 2).toArray(), -1.5));
  }

  @Test
  void shouldAgreeWithFiniteDifferencesOfItsLogDensity() {
    KernelDensity.Evaluator evaluator = RandomKernels.of(4, 60, 7).newEvaluator();
    Random random = new Random(8);
    double[] gradient = new double[4];
    for (int trial = 0; trial < 50; trial++) {
      double[] z = random.doubles(4, -2, 2).toArray();
      evaluator.logDensityAndGradient(z, gradient);
      double[] differences = CentralDifferences.of(evaluator::logDensity, z, 1e-4);
      for (int i = 0; i < z.length; i++) {
        assertThat(gradient[i])
            .isCloseTo(differences[i], within(1e-4 * Math.max(1, Math.abs(gradient[i]))));
      }
    }
  }

  @Test
  void shouldHaveTheMarginalThatAnIntegralOverTheOtherComponentsGives() {
    KernelDensity kernels = RandomKernels.of(2, 9, 9);
    KernelDensity.Evaluator both = kernels.newEvaluator();
    KernelDensity.Evaluator second = kernels.restrictedTo(new int[] {1}).newEvaluator();
    for (double z : new double[] {-1.4, 0, 0.8}) {
      double sum = 0;
      for (double other = -12; other <= 12; other += 0.01) {
        sum += 0.01 * Math.exp(both.logDensity(new double[] {other, z}));
      }
      assertThat(second.logDensity(new double[] {z})).isCloseTo(Math.log(sum), within(1e-6));
    }
  }

  @ParameterizedTest
  @CsvSource({"2,7", "5,9", "8,500", "13,100"})
  void shouldHaveTheMarginalThatItsKernelsHaveOneByOne(int dimensions, int count) {
    KernelDensity kernels = RandomKernels.of(dimensions, count, 11);
    int[] kept = IntStream.range(0, dimensions).filter(i -> i % 3 != 0).toArray();
    BaseEvaluator byHand = RandomKernels.asMixture(kernels).restrictedTo(kept).newEvaluator();
    KernelDensity marginal = kernels.restrictedTo(kept);
    KernelDensity.Evaluator evaluator = marginal.newEvaluator();
    Random random = new Random(12);
    double[] gradient = new double[kept.length];
    double[] expected = new double[kept.length];
    for (int trial = 0; trial < 50; trial++) {
      double[] z = random.doubles(kept.length, -2, 2).toArray();
      double logDensity = byHand.logDensityAndGradient(z, expected);
      assertThat(evaluator.logDensityAndGradient(z, gradient))
          .isCloseTo(logDensity, within(2e-7 + 1e-11 * Math.abs(logDensity)));
      double steepest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
      assertThat(gradient).containsExactly(expected, within(1e-5 + 1e-7 * steepest));
    }

    double[][] centres =
        Arrays.stream(kernels.centres())
            .map(row -> Arrays.stream(kept).mapToDouble(i -> row[i]).toArray())
            .toArray(double[][]::new);
    assertThat(marginal.centres()).isDeepEqualTo(centres);
    assertThat(marginal.scales()).isEqualTo(kernels.scales());
  }

  /**
   * What is rounding beside the largest direction of all may be more beside those that are left.
   */
  @Test
  void shouldHaveMarginalsWhereRoundingLeftADirectionBelowZero() {
    double[][] spread = {{1e8, 0, 0}, {0, 1, 1.5}, {0, 1.5, 1}};
    KernelDensity kernels =
        new KernelDensity(new double[1][3], new double[] {1}, spread, new double[] {1, 1, 1});

    double[] z = {0.7, 0.7};
    double along = 0.98;
    double expected = -0.5 * along / 3.5 - 0.5 * Math.log(3.5) - Math.log(2 * Math.PI);
    assertThat(kernels.restrictedTo(new int[] {1, 2}).newEvaluator().logDensity(z))
        .isCloseTo(expected, within(1e-9));
  }

  @Test
  void shouldTakeMinusZeroForTheScaleThatZeroIs() {
    KernelDensity same = new KernelDensity(CENTRES, new double[] {0.0, 0.0}, SPREAD, NOISE);
    KernelDensity signed = new KernelDensity(CENTRES, new double[] {0.0, -0.0}, SPREAD, NOISE);
    double[] z = {0.2, 0.3};
    assertThat(signed.newEvaluator().logDensity(z)).isEqualTo(same.newEvaluator().logDensity(z));
  }

  @Test
  void shouldDrawPointsOfItsCentresAndCovariances() {
    KernelDensity kernels = new KernelDensity(CENTRES, SCALES, SPREAD, NOISE);
    Random random = new Random(10);
    double[] z = new double[2];
    double[] sums = new double[5];
    int count = 200_000;
    for (int i = 0; i < count; i++) {
      kernels.draw(random, z);
      sums[0] += z[0] / count;
      sums[1] += z[1] / count;
      sums[2] += z[0] * z[0] / count;
      sums[3] += z[1] * z[1] / count;
      sums[4] += z[0] * z[1] / count;
    }

    double[] expected = {0.5, 1, 0.5 * (2.1 + 1.1), 0.5 * (0.7 + 4.2), 0.5 * (0.6 + 2)};
    assertThat(sums).containsExactly(expected, within(0.03));
  }

  @Test
  void shouldGiveNoDensityWherePointsAreNotFinite() {
    KernelDensity.Evaluator evaluator =
        new KernelDensity(CENTRES, SCALES, SPREAD, NOISE).newEvaluator();
    double[] gradient = {1, 1};
    assertThat(evaluator.logDensityAndGradient(new double[] {0, Double.NaN}, gradient)).isNaN();
    assertThat(gradient).containsOnly(0);
    assertThat(evaluator.logDensity(new double[] {1e200, 0})).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(evaluator.logDensity(new double[] {1e307, -1e307}))
        .isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(evaluator.logDensity(new double[] {0, 0})).isFinite();
  }

  @Test
  void shouldRefuseWhatIsNoKernelDensity() {
    refuses("centres: none, expected at least one", new double[0][], new double[0], SPREAD, NOISE);
    refuses("scales: 1 numbers, expected 2, one per centre", CENTRES, new double[1], SPREAD, NOISE);
    refuses("scales: -1.0, expected at least 0", CENTRES, new double[] {-1, 1}, SPREAD, NOISE);
    refuses("noise: 0.0, expected above 0", CENTRES, SCALES, SPREAD, new double[] {0, 1});
    refuses("spread: 1 rows, expected 2", CENTRES, SCALES, new double[1][2], NOISE);
    assertThatThrownBy(
            () -> new KernelDensity(CENTRES, SCALES, new double[][] {{1, 5}, {5, 1}}, NOISE))
        .hasMessageStartingWith("spread: an eigenvalue of -")
        .hasMessageEndingWith(" by the noise, expected at least 0");
    refuses(
        "centres: NaN, expected a finite number",
        new double[][] {{0, Double.NaN}},
        new double[1],
        SPREAD,
        NOISE);
    refuses(
        "centres: one of 3 numbers, expected 2",
        new double[][] {{0, 0, 0}},
        new double[1],
        SPREAD,
        NOISE);
  }

  private static void refuses(
      String message, double[][] centres, double[] scales, double[][] spread, double[] noise) {
    assertThatThrownBy(() -> new KernelDensity(centres, scales, spread, noise))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
