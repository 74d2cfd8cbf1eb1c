package io.lowtide.trainer.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomMixtures;
import io.lowtide.density.flow.BaseEvaluator;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExpectationMaximisationTest {

  private static final double[] NO_NOISE = {1e-9, 1e-9};
  private static final double MISSING = Double.NaN;

  /** A lump of 40 % around (3, 3), and one of 60 % around the origin, stretched along x = y. */
  private static double[][] lumps(int count, Random random) {
    double[][] rows = new double[count][];
    for (int i = 0; i < count; i++) {
      double u = random.nextGaussian();
      double v = random.nextGaussian();
      rows[i] =
          i % 5 < 2 ? new double[] {3 + 0.5 * u, 3 + 0.5 * v} : new double[] {u, 0.8 * u + 0.6 * v};
    }
    return rows;
  }

  private static double[][] covariance(Component component) {
    double[] l = component.factor();
    return new double[][] {{l[0] * l[0], l[0] * l[1]}, {l[0] * l[1], l[1] * l[1] + l[2] * l[2]}};
  }

  private static List<Component> byMean(GaussianMixture mixture) {
    return mixture.components().stream()
        .sorted(Comparator.comparingDouble(component -> component.mean()[0]))
        .toList();
  }

  private static GaussianMixture fit(double[][] rows, int components) {
    return new ExpectationMaximisation(new EncodedRecords(rows, NO_NOISE), 0).fit(components, 1);
  }

  private static void requireLumps(GaussianMixture mixture, double tolerance) {
    List<Component> found = byMean(mixture);
    assertThat(found).hasSize(2);
    assertThat(found.get(0).weight()).isCloseTo(0.6, within(tolerance));
    assertThat(found.get(0).mean()).containsExactly(new double[] {0, 0}, within(tolerance));
    assertThat(found.get(1).mean()).containsExactly(new double[] {3, 3}, within(tolerance));
    double[][] stretched = covariance(found.get(0));
    assertThat(stretched[0][0]).isCloseTo(1, within(2 * tolerance));
    assertThat(stretched[0][1]).isCloseTo(0.8, within(2 * tolerance));
    assertThat(stretched[1][1]).isCloseTo(1, within(2 * tolerance));
    double[][] round = covariance(found.get(1));
    assertThat(round[0][0]).isCloseTo(0.25, within(tolerance));
    assertThat(round[0][1]).isCloseTo(0, within(tolerance));
  }

  @Test
  void shouldFindTheLumpsThatRecordsWereDrawnFrom() {
    requireLumps(fit(lumps(5_000, new Random(1)), 2), 0.05);
  }

  @Test
  void shouldFindThemWhereHalfOfTheRecordsLackAValue() {
    Random random = new Random(2);
    double[][] rows = lumps(8_000, random);
    for (double[] row : rows) {
      if (random.nextBoolean()) {
        row[random.nextInt(2)] = MISSING;
      }
    }
    rows[17] = new double[] {MISSING, MISSING};
    requireLumps(fit(rows, 2), 0.1);
  }

  @Test
  void shouldBeTheGaussianOfTheRecordsWhereThereIsOneComponent() {
    double[][] rows = lumps(500, new Random(3));
    double[] mean = new double[2];
    for (double[] row : rows) {
      mean[0] += row[0] / 500;
      mean[1] += row[1] / 500;
    }
    double product = 0;
    for (double[] row : rows) {
      product += (row[0] - mean[0]) * (row[1] - mean[1]) / 500;
    }

    Component found = fit(rows, 1).components().get(0);

    assertThat(found.mean()).containsExactly(mean, within(1e-9));
    assertThat(covariance(found)[0][1]).isCloseTo(product, within(1e-9));
  }

  @Test
  void shouldAddTheVariancesOfTheNoise() {
    double[][] rows = lumps(500, new Random(3));
    double[][] without = covariance(fit(rows, 1).components().get(0));

    GaussianMixture noisy =
        new ExpectationMaximisation(new EncodedRecords(rows, new double[] {0.5, 2}), 0).fit(1, 1);

    double[][] with = covariance(noisy.components().get(0));
    assertThat(with[0][0]).isCloseTo(without[0][0] + 0.5, within(1e-6));
    assertThat(with[1][1]).isCloseTo(without[1][1] + 2, within(1e-6));
    assertThat(with[0][1]).isCloseTo(without[0][1], within(1e-6));
  }

  /** A wide lump far from a narrow one that is slanted. */
  @Test
  void shouldShrinkTowardsTheMeanOfAllCovariances() {
    Random random = new Random(3);
    double[][] rows = new double[600][];
    for (int i = 0; i < rows.length; i++) {
      double common = random.nextGaussian();
      rows[i] =
          i % 3 == 0
              ? new double[] {50 + 4 * random.nextGaussian(), 4 * random.nextGaussian()}
              : new double[] {common, common + 0.1 * random.nextGaussian()};
    }
    List<Component> apart = shrunk(rows, 0);
    double[][] mean = new double[2][2];
    for (Component component : apart) {
      double[][] covariance = covariance(component);
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
          mean[i][j] += component.weight() * covariance[i][j];
        }
      }
    }

    assertThat(covariance(apart.get(0))[0][0])
        .isNotCloseTo(covariance(apart.get(1))[0][0], within(5.0));
    for (Component component : shrunk(rows, 1e12)) {
      assertThat(covariance(component)[0]).containsExactly(mean[0], within(1e-3));
      assertThat(covariance(component)[1]).containsExactly(mean[1], within(1e-3));
    }
  }

  private static List<Component> shrunk(double[][] rows, double shrinkage) {
    return new ExpectationMaximisation(new EncodedRecords(rows, NO_NOISE), shrinkage)
        .fit(2, 1)
        .components();
  }

  @Test
  void shouldGiveTheSameBitsForTheSameSeed() {
    double[][] rows = lumps(1_000, new Random(4));
    double[] z = {0.3, 1.7};

    double first = fit(rows, 8).newEvaluator().logDensity(z);

    assertThat(fit(rows.clone(), 8).newEvaluator().logDensity(z)).isEqualTo(first);
  }

  /** More components than there are different records, and a column that does not vary. */
  @Test
  void shouldStandRecordsThatAreAllAlike() {
    double[][] rows = new double[30][];
    Arrays.setAll(rows, i -> new double[] {i % 2, 7});

    GaussianMixture mixture =
        new ExpectationMaximisation(new EncodedRecords(rows, new double[] {0.01, 0.01}), 0)
            .fit(8, 1);

    BaseEvaluator evaluator = mixture.newEvaluator();
    assertThat(evaluator.logDensity(new double[] {1, 7}))
        .isGreaterThan(evaluator.logDensity(new double[] {0.5, 7}) + 5);
  }

  @Test
  void shouldFitAMixtureInManyDimensionsByFewRecords() {
    GaussianMixture truth = RandomMixtures.of(30, 2, 1);
    Random random = new Random(5);
    double[][] rows = new double[20][30];
    for (double[] row : rows) {
      truth.draw(random, row);
    }
    double[] noise = new double[30];
    Arrays.fill(noise, 0.01);

    GaussianMixture mixture =
        new ExpectationMaximisation(new EncodedRecords(rows, noise), 30).fit(2, 1);

    for (double[] row : rows) {
      assertThat(mixture.newEvaluator().logDensity(row)).isFinite();
    }
  }
}
