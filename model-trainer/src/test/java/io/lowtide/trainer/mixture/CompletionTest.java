package io.lowtide.trainer.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomMixtures;
import io.lowtide.density.flow.BaseEvaluator;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompletionTest {

  private static final double MISSING = Double.NaN;
  private static final double[] NOISE = {0.01, 0.01, 0.01};

  private static double[][] completed(GaussianMixture mixture, double[]... rows) {
    return new Completion(mixture).of(new EncodedRecords(rows, NOISE)).rows();
  }

  /** Of one Gaussian: what integrals of its density over the missing values give for their mean. */
  @Test
  void shouldFillInWhatIsExpectedGivenTheOthers() {
    GaussianMixture one = RandomMixtures.of(3, 1, 3);
    BaseEvaluator density = one.newEvaluator();
    double sum = 0;
    double[] means = new double[2];
    for (double second = -9; second <= 9; second += 0.05) {
      for (double third = -9; third <= 9; third += 0.05) {
        double weight = Math.exp(density.logDensity(new double[] {0.8, second, third}));
        sum += weight;
        means[0] += weight * second;
        means[1] += weight * third;
      }
    }

    double[] row = completed(one, new double[] {0.8, MISSING, MISSING})[0];

    assertThat(row[0]).isEqualTo(0.8);
    assertThat(row[1]).isCloseTo(means[0] / sum, within(1e-6));
    assertThat(row[2]).isCloseTo(means[1] / sum, within(1e-6));
  }

  /** And nothing between two lumps. */
  @Test
  void shouldFillInWhatTheLikelierLumpHas() {
    double[] narrow = {0.1, 0, 0.1, 0, 0, 0.1};
    GaussianMixture lumps =
        new GaussianMixture(
            List.of(
                new Component(0.7, new double[] {-1, -1, -1}, narrow),
                new Component(0.3, new double[] {1, 1, 1}, narrow)));

    double[][] rows =
        completed(
            lumps,
            new double[] {0.9, MISSING, 1.1},
            new double[] {MISSING, -0.8, MISSING},
            new double[] {MISSING, MISSING, 0.05});

    assertThat(rows[0]).containsExactly(new double[] {0.9, 1, 1.1}, within(1e-9));
    assertThat(rows[1]).containsExactly(new double[] {-1, -0.8, -1}, within(1e-9));
    assertThat(rows[2]).containsExactly(new double[] {1, 1, 0.05}, within(1e-9));
  }

  @Test
  void shouldLeaveAsTheyAreWhatIsThereAndTheRecordsThemselves() {
    double[][] rows = {{0.1, 0.2, 0.3}, {0.4, MISSING, 0.6}, {0.7, 0.8, 0.9}};
    double[][] completed = completed(RandomMixtures.of(3, 4, 5), rows);

    assertThat(completed[0]).isEqualTo(rows[0]);
    assertThat(completed[2]).isEqualTo(rows[2]);
    assertThat(completed[1][0]).isEqualTo(0.4);
    assertThat(completed[1][1]).isFinite();
    assertThat(rows[1][1]).isNaN();
  }
}
