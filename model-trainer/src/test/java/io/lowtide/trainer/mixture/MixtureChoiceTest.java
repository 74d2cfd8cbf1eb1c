package io.lowtide.trainer.mixture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class MixtureChoiceTest {

  private static final int MUCH = 2;

  /** Of three noises of .05, .17 and .55 in each component. */
  private static Optional<MixtureChoice> choice(double[][] rows) {
    List<double[]> noises =
        DoubleStream.of(0.003, 0.03, 0.3)
            .mapToObj(
                variance -> {
                  double[] variances = new double[rows[0].length];
                  Arrays.fill(variances, variance);
                  return variances;
                })
            .toList();
    return MixtureChoice.of(new EncodedRecords(rows, noises.get(0)), noises, 16, 0, 1, true);
  }

  private static Optional<MixtureForm> form(double[][] rows, int mostComponents, boolean orNone) {
    EncodedRecords records = Lumps.records(rows);
    return MixtureChoice.of(records, List.of(records.variances()), mostComponents, 0, 1, orNone)
        .map(MixtureChoice::form);
  }

  @Test
  void shouldTakeAsManyComponentsAsThereAreLumps() {
    MixtureForm form = form(Lumps.rows(2_000, 4, new Random(1)), 16, true).orElseThrow();
    assertThat(form.components()).isBetween(4, 8);
  }

  @Test
  void shouldTakeNoMixtureWhereTheStandardNormalIsAsGood() {
    double[][] rows = new double[60][20];
    Random random = new Random(2);
    for (double[] row : rows) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    assertThat(form(rows, 16, true)).isEmpty();
    assertThat(choice(rows)).isEmpty();
    assertThat(form(rows, 16, false)).isPresent();
  }

  @Test
  void shouldNotTakeMoreComponentsThanFewRecordsInManyDimensionsBear() {
    MixtureForm form = form(ofOneFactor(100, 25, 0.44, new Random(3)), 16, true).orElseThrow();
    assertThat(form.components()).isLessThanOrEqualTo(2);
  }

  /** Values that are one number but for some noise. */
  private static double[][] ofOneFactor(int count, int dimensions, double noise, Random random) {
    double[][] rows = new double[count][dimensions];
    double share = Math.sqrt(1 - noise * noise);
    for (double[] row : rows) {
      double common = random.nextGaussian();
      Arrays.setAll(row, i -> share * common + noise * random.nextGaussian());
    }
    return rows;
  }

  /** One record in a hundred, far outside, must not decide. */
  @Test
  void shouldNotBeLedByAFewRecordsFarOutside() {
    double[][] rows = Lumps.rows(2_000, 4, new Random(4));
    for (int i = 0; i < 15; i++) {
      rows[i * 131] = new double[] {60 + i, -80 - 3 * i};
    }
    assertThat(form(rows, 16, true).orElseThrow().components()).isGreaterThanOrEqualTo(4);
  }

  /** Two values that differ by a thirtieth: more noise hides a difference of a tenth. */
  @Test
  void shouldTakeLittleNoiseWhereItHidesWhatValuesHaveToDoWithEachOther() {
    MixtureChoice choice = choice(ofOneFactor(1_000, 2, 0.03, new Random(5))).orElseThrow();
    assertThat(choice.noise()).isZero();
  }

  /** Fifty values that have one factor: with any noise a shuffled record is out of the question. */
  @Test
  void shouldTakeMuchNoiseWhereItHidesNothing() {
    MixtureChoice choice = choice(ofOneFactor(400, 50, 0.3, new Random(6))).orElseThrow();
    assertThat(choice.noise()).isEqualTo(MUCH);
  }

  /** One value has nothing to do with another, but it may keep to two narrow ranges. */
  @Test
  void shouldTakeLittleNoiseWhereItHidesAGap() {
    Random random = new Random(7);
    double[][] rows = new double[1_000][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {(i % 2 == 0 ? -1 : 1) + 0.05 * random.nextGaussian()};
    }
    MixtureChoice choice = choice(rows).orElseThrow();
    assertThat(choice.noise()).isLessThan(MUCH);
    assertThat(choice.form().components()).isGreaterThanOrEqualTo(2);
  }

  /** Two of three records lack the second value. */
  @Test
  void shouldChooseWhereValuesAreMissing() {
    double[][] rows = ofOneFactor(1_200, 3, 0.1, new Random(8));
    for (int i = 0; i < rows.length; i++) {
      rows[i][1] = i % 3 == 0 ? rows[i][1] : Double.NaN;
    }
    assertThat(choice(rows).orElseThrow().noise()).isLessThan(MUCH);
  }

  @Test
  void shouldChooseTheSameAgain() {
    double[][] rows = Lumps.rows(500, 4, new Random(5));
    assertThat(choice(rows)).isEqualTo(choice(rows)).isPresent();
  }

  /** In 200 dimensions a component takes 20,301 numbers, in 400 it takes 80,601. */
  @Test
  void shouldNotOutgrowAMessage() {
    assertThat(form(blocks(200), 16, false).orElseThrow().components()).isLessThanOrEqualTo(2);
    assertThat(form(blocks(400), 16, false)).isEmpty();
  }

  /** Two lumps. */
  private static double[][] blocks(int dimensions) {
    Random random = new Random(8);
    double[][] rows = new double[60][dimensions];
    for (int row = 0; row < rows.length; row++) {
      int side = row % 2 == 0 ? 1 : -1;
      Arrays.setAll(rows[row], i -> side + 0.1 * random.nextGaussian());
    }
    return rows;
  }

  @Test
  void shouldTakeNoMoreComponentsThanAllowed() {
    assertThat(form(Lumps.rows(2_000, 4, new Random(6)), 2, true).orElseThrow().components())
        .isEqualTo(2);
  }
}
