package io.lowtide.trainer.retrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.TestBundles;
import io.lowtide.density.bundle.ModelBundle;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GainTest {

  private static ModelBundle bundle;
  private static double normal;
  private static double anomalous;

  @BeforeAll
  static void makeBundle() throws Exception {
    bundle = TestBundles.bundle();
    normal = bundle.calibration().quantile(0.5);
    anomalous = bundle.calibration().quantile(0) - 100;
  }

  private static HeldOutScores scores(double[] logLikelihoods) {
    double[] conformity = logLikelihoods.clone();
    for (int i = 0; i < conformity.length; i++) {
      conformity[i] = Double.isNaN(conformity[i]) ? Double.NEGATIVE_INFINITY : conformity[i];
    }
    return new HeldOutScores(bundle, logLikelihoods, conformity, 10);
  }

  private static double[] constant(int size, double value) {
    double[] values = new double[size];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void shouldBeTheMeanDifferenceWithItsStandardError() {
    Random random = new Random(1);
    double[] champion = constant(2_000, normal);
    double[] challenger = new double[champion.length];
    Arrays.setAll(challenger, i -> normal + 0.3 + random.nextGaussian());
    Gain gain = Gain.of(scores(challenger), scores(champion));
    assertThat(gain.records()).isEqualTo(2_000);
    assertThat(gain.mean()).isCloseTo(0.3, within(4 / Math.sqrt(2_000)));
    assertThat(gain.standardError())
        .isBetween(1 / Math.sqrt(2_000) * 0.9, 1 / Math.sqrt(2_000) * 1.5);
  }

  @Test
  void shouldTrustRecordsThatAreLikeTheirNeighboursLess() {
    Random random = new Random(2);
    double[] challenger = new double[2_000];
    double level = 0;
    for (int i = 0; i < challenger.length; i++) {
      level = 0.99 * level + Math.sqrt(1 - 0.99 * 0.99) * random.nextGaussian();
      challenger[i] = normal + level;
    }
    Gain gain = Gain.of(scores(challenger), scores(constant(challenger.length, normal)));
    // Of an autoregression of 0.99 the mean of n has the variance of n / 199 independent ones.
    assertThat(gain.standardError()).isGreaterThan(3 / Math.sqrt(2_000));
  }

  @Test
  void shouldNotLetRecordsDecideThatOneOfThemFlags() {
    double[] champion = constant(1_000, normal);
    double[] challenger = constant(1_000, normal + 0.5);
    for (int i = 0; i < 10; i++) {
      champion[i * 100] = anomalous;
      challenger[i * 100 + 1] = anomalous - 1e6;
      champion[i * 100 + 2] = anomalous;
      challenger[i * 100 + 2] = anomalous;
    }
    Gain gain = Gain.of(scores(challenger), scores(champion));
    assertThat(gain.mean()).isCloseTo(0.5, within(1e-9));
    assertThat(gain.records()).isEqualTo(970);
  }

  @Test
  void shouldLeaveOutRecordsThatOneOfThemCannotScore() {
    double[] champion = constant(100, normal);
    double[] challenger = constant(100, normal + 1);
    champion[3] = Double.NaN;
    challenger[5] = Double.NaN;
    assertThat(Gain.of(scores(challenger), scores(champion)).records()).isEqualTo(98);
  }
}
