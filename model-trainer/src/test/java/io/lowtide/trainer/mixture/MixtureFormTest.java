package io.lowtide.trainer.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MixtureFormTest {

  private static EncodedRecords records(double[][] rows) {
    double[] noise = new double[rows[0].length];
    Arrays.fill(noise, 0.01);
    return new EncodedRecords(rows, noise);
  }

  /** Standardised: lumps at the corners of a square, or one. */
  private static double[][] lumps(int count, int lumps, Random random) {
    double[][] rows = new double[count][];
    for (int i = 0; i < count; i++) {
      double spread = lumps == 1 ? 1 : 0.2;
      double distance = lumps == 1 ? 0 : 1;
      rows[i] =
          new double[] {
            distance * (i % 2 == 0 ? -1 : 1) + spread * random.nextGaussian(),
            distance * (i / 2 % 2 == 0 ? -1 : 1) + spread * random.nextGaussian()
          };
    }
    return rows;
  }

  @Test
  void shouldTakeAsManyComponentsAsThereAreLumps() {
    MixtureForm form =
        MixtureForm.of(records(lumps(2_000, 4, new Random(1))), 16, 1, true).orElseThrow();
    assertThat(form.components()).isBetween(4, 8);
  }

  @Test
  void shouldTakeNoMixtureWhereTheStandardNormalIsAsGood() {
    double[][] rows = new double[60][20];
    Random random = new Random(2);
    for (double[] row : rows) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    assertThat(MixtureForm.of(records(rows), 16, 1, true)).isEmpty();
    assertThat(MixtureForm.of(records(rows), 16, 1, false)).isPresent();
  }

  @Test
  void shouldNotTakeMoreComponentsThanFewRecordsInManyDimensionsBear() {
    double[][] rows = new double[100][25];
    Random random = new Random(3);
    for (double[] row : rows) {
      double common = random.nextGaussian();
      Arrays.setAll(row, i -> 0.9 * common + 0.44 * random.nextGaussian());
    }
    MixtureForm form = MixtureForm.of(records(rows), 16, 1, true).orElseThrow();
    assertThat(form.components()).isLessThanOrEqualTo(2);
  }

  /** One record in a hundred, far outside, must not decide. */
  @Test
  void shouldNotBeLedByAFewRecordsFarOutside() {
    double[][] rows = lumps(2_000, 4, new Random(4));
    for (int i = 0; i < 15; i++) {
      rows[i * 131] = new double[] {60 + i, -80 - 3 * i};
    }
    MixtureForm form = MixtureForm.of(records(rows), 16, 1, true).orElseThrow();
    assertThat(form.components()).isGreaterThanOrEqualTo(4);
  }

  @Test
  void shouldChooseTheSameAgain() {
    EncodedRecords records = records(lumps(500, 4, new Random(5)));
    assertThat(MixtureForm.of(records, 16, 9, true))
        .isEqualTo(MixtureForm.of(records, 16, 9, true));
  }

  @Test
  void shouldAverageSeveralFits() {
    EncodedRecords records = records(lumps(400, 4, new Random(7)));
    List<Component> components = new MixtureForm(4, 0).fit(records, 1).components();
    assertThat(components).hasSize(12);
    assertThat(components.stream().mapToDouble(Component::weight).sum()).isCloseTo(1, within(1e-9));
    assertThat(new MixtureForm(1, 0).fit(records, 1).components()).hasSize(1);
  }

  /** In 200 dimensions a component takes 20,301 numbers, in 400 it takes 80,601. */
  @Test
  void shouldNotOutgrowAMessage() {
    assertThat(MixtureForm.of(records(blocks(200)), 16, 1, false).orElseThrow().components())
        .isLessThanOrEqualTo(2);
    assertThat(MixtureForm.of(records(blocks(400)), 16, 1, false)).isEmpty();
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
    EncodedRecords records = records(lumps(2_000, 4, new Random(6)));
    assertThat(MixtureForm.of(records, 2, 1, true).orElseThrow().components()).isEqualTo(2);
  }
}
