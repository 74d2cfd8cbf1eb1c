package io.lowtide.trainer.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomKernels;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import io.lowtide.density.flow.KernelDensity;
import io.lowtide.density.flow.StackedDensity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KernelFormTest {

  private static final MixtureForm FOUR = new MixtureForm(4, 4);

  /** On a thin ring, which four Gaussians cannot follow. */
  private static double[][] ring(int count, Random random) {
    double[][] rows = new double[count][];
    for (int i = 0; i < count; i++) {
      double angle = 2 * Math.PI * random.nextDouble();
      double radius = 1.4 + 0.05 * random.nextGaussian();
      rows[i] = new double[] {radius * Math.cos(angle), radius * Math.sin(angle)};
    }
    return rows;
  }

  private static KernelForm form(double[][] rows, int most) {
    return form(Lumps.records(rows), FOUR, most);
  }

  private static KernelForm form(EncodedRecords records, MixtureForm mixture, int most) {
    List<GaussianMixture> mixtures =
        IntStream.range(0, MixtureChoice.folds(records))
            .mapToObj(fold -> mixture.fit(records.part(fold, MixtureChoice.FOLDS, true), 1))
            .toList();
    return KernelForm.of(records, mixtures, most, 1);
  }

  @Test
  void shouldHaveMostOfTheDensityWhereFewGaussiansCannotFollowTheRecords() {
    assertThat(form(ring(2_000, new Random(1)), 2_500).share()).isGreaterThan(0.6);
  }

  /** Of ninety records that two Gaussians describe, some gain and others lose by kernels. */
  @Test
  void shouldHaveNothingWhereRecordsGainNoMoreThanByChance() {
    Random random = new Random(8);
    double[][] rows = new double[90][];
    Arrays.setAll(rows, i -> new double[] {i % 2 + random.nextGaussian(), random.nextGaussian()});
    EncodedRecords records = new EncodedRecords(rows, new double[] {1e-3, 1e-3});
    assertThat(form(records, new MixtureForm(2, 2), 2_500)).isEqualTo(KernelForm.none());
  }

  @Test
  void shouldHaveHardlyAnythingWhereTheMixtureIsWhatTheRecordsAreDrawnFrom() {
    EncodedRecords records =
        new EncodedRecords(Lumps.rows(2_000, 4, new Random(2)), new double[] {1e-4, 1e-4});
    assertThat(form(records, FOUR, 2_500).share()).isLessThan(0.1);
  }

  @Test
  void shouldMakeRecordsMoreProbableThatHadNoPart() {
    EncodedRecords records = Lumps.records(ring(1_000, new Random(3)));
    KernelForm form = form(records, FOUR, 2_500);
    GaussianMixture mixture = FOUR.fit(records, 1);
    StackedDensity stacked =
        new StackedDensity(mixture, form.around(records, mixture), form.share());
    double gain = 0;
    double[][] fresh = ring(1_000, new Random(4));
    for (double[] row : fresh) {
      gain +=
          (stacked.newEvaluator().logDensity(row) - mixture.newEvaluator().logDensity(row))
              / fresh.length;
    }
    assertThat(gain).isGreaterThan(0.1);
  }

  @Test
  void shouldHaveNoneWithoutNoiseOrWhereNoneAreAllowed() {
    double[][] rows = ring(500, new Random(5));
    assertThat(form(rows, 0)).isEqualTo(KernelForm.none());
    EncodedRecords withoutNoise = new EncodedRecords(rows, new double[2]);
    assertThat(KernelForm.of(withoutNoise, List.of(), 2_500, 1)).isEqualTo(KernelForm.none());
  }

  /** On the ring or around four corners; a third lack one value or the other, ten both. */
  private static EncodedRecords withHoles(int count, Random random) {
    double[][] rows = ring(count, random);
    double[][] lumps = Lumps.rows(count, 4, random);
    for (int i = 0; i < count; i++) {
      rows[i] = random.nextBoolean() ? rows[i] : new double[] {lumps[i][0] + 4, lumps[i][1]};
      if (random.nextInt(3) == 0) {
        rows[i][random.nextInt(2)] = Double.NaN;
      }
      if (i % (count / 10) == 0) {
        rows[i] = new double[] {Double.NaN, Double.NaN};
      }
    }
    return new EncodedRecords(rows, new double[] {1e-3, 1e-3});
  }

  /** By each record's marginals of kernels and mixture, the former one Gaussian at a time. */
  @Test
  void shouldHaveTheShareByWhichHeldOutRecordsAreMostProbableAsTheyAre() {
    EncodedRecords records = withHoles(2_000, new Random(9));
    MixtureForm twelve = new MixtureForm(12, 12);
    KernelForm form = form(records, twelve, 2_500);

    EncodedRecords others = records.part(0, MixtureChoice.FOLDS, true);
    GaussianMixture mixture = twelve.fit(others, 1);
    KernelDensity kernels = form.around(form.sample(others, 1), mixture);
    assertThat(kernels.size()).isEqualTo(form.sample(others, 1).size()).isGreaterThan(1_320);
    List<double[]> densities = new ArrayList<>();
    for (double[] row : records.part(0, MixtureChoice.FOLDS, false).rows()) {
      int[] present = IntStream.range(0, 2).filter(i -> !Double.isNaN(row[i])).toArray();
      if (present.length > 0) {
        densities.add(
            new double[] {
              density(mixture.components(), present, row),
              density(RandomKernels.asMixture(kernels).components(), present, row)
            });
      }
    }
    assertThat(form.share()).isBetween(0.2, 0.9).isCloseTo(likeliest(densities), within(0.03));
  }

  private static double density(List<Component> components, int[] present, double[] row) {
    double sum = 0;
    for (Component one : components) {
      double[] off = Arrays.stream(present).mapToDouble(i -> row[i] - one.mean()[i]).toArray();
      double first = one.covariance(present[0], present[0]);
      if (present.length == 1) {
        sum += one.weight() * Math.exp(-0.5 * off[0] * off[0] / first) / Math.sqrt(first);
      } else {
        double second = one.covariance(1, 1);
        double both = one.covariance(0, 1);
        double determinant = first * second - both * both;
        double square =
            (second * off[0] * off[0] - 2 * both * off[0] * off[1] + first * off[1] * off[1])
                / determinant;
        sum += one.weight() * Math.exp(-0.5 * square) / Math.sqrt(determinant);
      }
    }
    return sum / Math.pow(2 * Math.PI, 0.5 * present.length);
  }

  /** But for one in a hundred, which is not to decide. */
  private static double likeliest(List<double[]> densities) {
    List<double[]> most =
        densities.stream()
            .sorted(Comparator.comparingDouble(pair -> -(pair[0] + pair[1])))
            .limit(densities.size() * 99 / 100)
            .toList();
    return IntStream.range(1, 100)
        .mapToObj(percent -> percent / 100.0)
        .max(
            Comparator.comparingDouble(
                share ->
                    most.stream()
                        .mapToDouble(pair -> Math.log((1 - share) * pair[0] + share * pair[1]))
                        .sum()))
        .orElseThrow();
  }

  /** The fifth nearest of a line of records is twice as far from those at its end, at least. */
  @Test
  void shouldBeAsWideAsTheFifthNearestRecordIsFar() {
    double[][] rows = new double[101][];
    Arrays.setAll(rows, i -> new double[] {0.1 * (i - 50), 0});
    EncodedRecords records = Lumps.records(rows);
    GaussianMixture mixture = new MixtureForm(1, 1).fit(records, 1);

    KernelDensity kernels = new KernelForm(0.5, 200).around(records, mixture);

    assertThat(kernels.size()).isEqualTo(101);
    double[][] spread = kernels.spread();
    for (int k = 0; k < rows.length; k++) {
      double position = Math.abs(kernels.centres()[k][0]);
      double neighbour = position < 4.65 ? 0.3 : 0.5;
      double variance = kernels.scales()[k] * spread[0][0];
      // Scales are rounded to powers of the root of 2; between those the fifth is the third or so.
      if (position < 4.65 || position > 4.95) {
        assertThat(variance / (0.25 * neighbour * neighbour)).isCloseTo(1, within(0.25));
      }
    }
  }

  @Test
  void shouldTakeSoManyRecordsAtMostAndTheSameOnesAgain() {
    EncodedRecords records = Lumps.records(ring(1_000, new Random(6)));
    EncodedRecords chosen = new KernelForm(0.5, 100).sample(records, 1);
    assertThat(chosen.size()).isEqualTo(100);
    assertThat(new KernelForm(0.5, 100).sample(records, 1).rows()).isDeepEqualTo(chosen.rows());
  }

  /** In 200 dimensions 60,000 numbers are those of a shape and of 96 records. */
  @Test
  void shouldNotOutgrowAMessage() {
    assertThat(KernelForm.withShare(0.5, 2_500, 3)).isEqualTo(new KernelForm(0.5, 2_500));
    assertThat(KernelForm.withShare(0.5, 2_500, 64)).isEqualTo(new KernelForm(0.5, 857));
    assertThat(KernelForm.withShare(0.5, 2_500, 200)).isEqualTo(new KernelForm(0.5, 96));
    assertThat(KernelForm.withShare(0.5, 2_500, 250)).isEqualTo(KernelForm.none());
    assertThat(KernelForm.withShare(0.5, 0, 3)).isEqualTo(KernelForm.none());
  }

  @Test
  void shouldSayWhatItIs() {
    assertThat(KernelForm.none()).hasToString("without kernels");
    assertThat(new KernelForm(0.352, 2_500))
        .hasToString("with up to 2,500 kernels for 35 % of the density");
  }
}
