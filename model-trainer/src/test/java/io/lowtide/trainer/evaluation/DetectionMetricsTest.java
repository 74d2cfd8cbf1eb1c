package io.lowtide.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DetectionMetricsTest {

  @Test
  void shouldBeOneWhenEveryAnomalyScoresLower() {
    DetectionMetrics metrics =
        DetectionMetrics.of(new double[] {-5, 1, -4, 2}, new boolean[] {true, false, true, false});
    assertThat(metrics).isEqualTo(new DetectionMetrics(1, 1));
  }

  @Test
  void shouldCountTiesHalf() {
    DetectionMetrics metrics =
        DetectionMetrics.of(new double[] {1, 1, 1, 1}, new boolean[] {true, false, true, false});
    assertThat(metrics).isEqualTo(new DetectionMetrics(0.5, 0.5));
  }

  /** The definition: every anomaly against every normal record. */
  @Test
  void shouldEqualTheShareOfOrderedPairs() {
    Random random = new Random(1);
    double[] scores = random.doubles(300).map(u -> Math.round(20 * u)).toArray();
    boolean[] anomalous = new boolean[300];
    for (int i = 0; i < 300; i++) {
      anomalous[i] = random.nextDouble() < 0.2;
    }
    double ordered = 0;
    double pairs = 0;
    for (int i = 0; i < 300; i++) {
      for (int j = 0; j < 300; j++) {
        if (anomalous[i] && !anomalous[j]) {
          pairs++;
          ordered += scores[i] < scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    assertThat(DetectionMetrics.of(scores, anomalous).areaUnderCurve())
        .isCloseTo(ordered / pairs, within(1e-12));
  }

  /** From scikit-learn's documentation of average_precision_score, scores negated. */
  @Test
  void shouldAgreeWithAPublishedAveragePrecision() {
    DetectionMetrics metrics =
        DetectionMetrics.of(
            new double[] {-0.1, -0.4, -0.35, -0.8}, new boolean[] {false, false, true, true});
    assertThat(metrics.averagePrecision()).isCloseTo(0.8333, within(1e-4));
    assertThat(metrics.areaUnderCurve()).isEqualTo(0.75);
  }

  @Test
  void shouldNeedBothKinds() {
    assertThatThrownBy(() -> DetectionMetrics.of(new double[2], new boolean[2]))
        .hasMessage("0 anomalies and 2 normal records, expected some of each");
  }
}
