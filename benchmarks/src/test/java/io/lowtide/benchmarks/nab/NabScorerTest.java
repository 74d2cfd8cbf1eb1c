package io.lowtide.benchmarks.nab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class NabScorerTest {

  private static final Offset<Double> TIGHT = within(1e-12);

  private final NabScorer standard = new NabScorer(NabProfile.STANDARD);

  /** The values that {@code scaledSigmoid} of nab/sweeper.py states in its comment. */
  @Test
  void shouldScaleByTheSigmoidOfThePaper() {
    assertThat(NabScorer.scaledSigmoid(-1)).isCloseTo(0.98661, within(1e-5));
    assertThat(NabScorer.scaledSigmoid(-0.5)).isCloseTo(0.84828, within(1e-5));
    assertThat(NabScorer.scaledSigmoid(0)).isZero();
    assertThat(NabScorer.scaledSigmoid(1)).isCloseTo(-0.98661, within(1e-5));
    assertThat(NabScorer.scaledSigmoid(3)).isGreaterThan(-1);
    assertThat(NabScorer.scaledSigmoid(3.01)).isEqualTo(-1);
    assertThat(NabScorer.scaledSigmoid(Double.POSITIVE_INFINITY)).isEqualTo(-1);
  }

  /**
   * What NAB publishes of its windowed Gaussian on ec2_request_latency_system_failure: eight rows
   * detected in three windows, at these rows (numenta/NAB,
   * results/windowedGaussian/windowedGaussian_standard_scores.csv).
   */
  @Test
  void shouldGiveThePublishedScoreOfAFile() {
    NabSet set =
        NabSets.ofRows(
            4032, new NabWindow(2014, 2148), new NabWindow(3328, 3462), new NabWindow(3956, 4031));
    NabScore score =
        standard.score(
            set, NabSets.detectedIn(set, 2081, 3394, 3395, 4023, 4025, 4027, 4029, 4030), 1);
    assertThat(score.score()).isCloseTo(2.02150685678, within(1e-11));
    assertThat(score.truePositives()).isEqualTo(8);
    assertThat(score.trueNegatives()).isEqualTo(3082);
    assertThat(score.falsePositives()).isZero();
    assertThat(score.falseNegatives()).isEqualTo(338);
    assertThat(score.windowsDetected()).isEqualTo(3);
    assertThat(score.windows()).isEqualTo(3);
    assertThat(score.detections()).isEqualTo(8);
  }

  /** The published line of the same detector for cpu_utilization_asg_misconfiguration. */
  @Test
  void shouldChargeAMissedWindowAndAFalsePositiveBeforeIt() {
    NabSet set = NabSets.ofRows(18_050, new NabWindow(16_551, 18_049));
    NabScore score = standard.score(set, NabSets.detectedIn(set, 817), 1);
    assertThat(score.score()).isCloseTo(-1.11, TIGHT);
    assertThat(score.trueNegatives()).isEqualTo(15_800);
    assertThat(score.falsePositives()).isEqualTo(1);
    assertThat(score.falseNegatives()).isEqualTo(1499);
  }

  /** testScoringAllMetrics of NAB's scorer_test.py: weights of one, two windows of five rows. */
  @Test
  void shouldGiveTheScoreOfNabsOwnTest() {
    NabSet set = NabSets.ofRows(100, new NabWindow(30, 34), new NabWindow(70, 74));
    NabScore score =
        new NabScorer(new NabProfile(1, 1, 1)).score(set, NabSets.detectedIn(set, 30, 31, 37), 0.5);
    assertThat(score.score()).isCloseTo(-0.9540, within(1e-4));
    assertThat(score.truePositives()).isEqualTo(2);
    assertThat(score.falseNegatives()).isEqualTo(8);
  }

  /** The cases of NAB's tests/unit/scorer_test.py that have a number, at its weights. */
  @Test
  void shouldGiveTheNumbersOfNabsUnitTests() {
    NabScorer scorer = new NabScorer(new NabProfile(1.1, 0.11, 1.2));
    NabSet two = NabSets.ofRows(100, new NabWindow(31, 32), new NabWindow(34, 35));
    double second = 0.8482836399575131 * 1.1 / 0.9866142981514305;
    assertThat(scorer.score(two, NabSets.detectedIn(two), 1).score()).isCloseTo(-2.4, TIGHT);
    assertThat(scorer.score(two, NabSets.detectedIn(two, 32), 1).score())
        .isCloseTo(second - 1.2, TIGHT);
    assertThat(scorer.score(two, NabSets.detectedIn(two, 32, 34), 1).score())
        .isCloseTo(second + 1.1, TIGHT);
    NabSet one = NabSets.ofRows(100, new NabWindow(31, 32));
    assertThat(scorer.score(one, NabSets.detectedIn(one, 33), 1).score())
        .isCloseTo(-1.2 - 0.9866142981514303 * 0.11, TIGHT);
    assertThat(scorer.score(one, NabSets.detectedIn(one, 34), 1).score())
        .isCloseTo(-1.2 - 0.9999092042625951 * 0.11, TIGHT);
    NabSet none = NabSets.ofRows(100);
    assertThat(scorer.score(none, NabSets.detectedIn(none, 14, 15, 17), 1).score())
        .isCloseTo(-0.22, TIGHT);
  }

  @Test
  void shouldCountOneDetectionPerWindowTheEarliest() {
    NabSet set = NabSets.ofRows(100, new NabWindow(40, 49));
    assertThat(standard.score(set, NabSets.detectedIn(set, 40), 1).score()).isEqualTo(1);
    assertThat(standard.score(set, NabSets.detectedIn(set, 40, 45, 49), 1).score()).isEqualTo(1);
    double last = standard.score(set, NabSets.detectedIn(set, 49), 1).score();
    assertThat(last)
        .isCloseTo((2 / (1 + Math.exp(-0.5)) - 1) / (2 / (1 + Math.exp(-5)) - 1), TIGHT)
        .isPositive();
    assertThat(standard.score(set, NabSets.detectedIn(set), 1).score()).isEqualTo(-1);
  }

  @Test
  void shouldMeasureAFalsePositiveFromTheWindowBefore() {
    NabSet set = NabSets.ofRows(200, new NabWindow(40, 50), new NabWindow(120, 140));
    double missed = -2;
    // 5 rows behind a window of 11 is half a width, 10 rows behind one of 21 as well.
    double half = 0.11 * (2 / (1 + Math.exp(2.5)) - 1);
    assertThat(standard.score(set, NabSets.detectedIn(set, 55), 1).score())
        .isCloseTo(missed + half, TIGHT);
    assertThat(standard.score(set, NabSets.detectedIn(set, 150), 1).score())
        .isCloseTo(missed + half, TIGHT);
    assertThat(standard.score(set, NabSets.detectedIn(set, 119), 1).score())
        .isCloseTo(missed - 0.11, TIGHT);
    assertThat(standard.score(set, NabSets.detectedIn(set, 35), 1).score())
        .isCloseTo(missed - 0.11, TIGHT);
  }

  @Test
  void shouldFindTheThresholdThatIsBestForAllFilesTogether() {
    NabSet first = NabSets.ofRows(100, new NabWindow(50, 54));
    NabSet second = NabSets.ofRows(100, new NabWindow(50, 54));
    double[] ofFirst = new double[100];
    ofFirst[52] = 0.9;
    ofFirst[50] = 0.2;
    double[] ofSecond = new double[100];
    ofSecond[50] = 0.4;
    ofSecond[20] = 0.4;
    // At 0.4 one false positive comes with the second window; at 0.2 the first one is earlier.
    assertThat(standard.bestThreshold(List.of(first, second), List.of(ofFirst, ofSecond)))
        .isEqualTo(0.2);
    ofFirst[50] = 0;
    assertThat(standard.bestThreshold(List.of(first, second), List.of(ofFirst, ofSecond)))
        .isEqualTo(0.4);
    assertThat(standard.bestThreshold(List.of(first), List.of(ofFirst))).isEqualTo(0.9);
  }

  @Test
  void shouldDetectNothingWhereEveryDetectionCostsMore() {
    NabSet set = NabSets.ofRows(100, new NabWindow(50, 54));
    double[] scores = new double[100];
    Arrays.fill(scores, 0.5);
    scores[14] = 2;
    double threshold = standard.bestThreshold(List.of(set), List.of(scores));
    assertThat(threshold).isInfinite();
    assertThat(standard.score(set, scores, threshold).score()).isEqualTo(-1);
  }

  @Test
  void shouldFindTheHighestSumAmongAllThresholds() {
    Random random = new Random(3);
    List<NabSet> sets =
        List.of(
            NabSets.ofRows(300, new NabWindow(100, 120), new NabWindow(200, 230)),
            NabSets.ofRows(200, new NabWindow(60, 79)),
            NabSets.ofRows(150));
    List<double[]> scores =
        sets.stream()
            .map(
                set -> random.doubles(set.rows()).map(x -> Math.round(50 * x * x) / 50.0).toArray())
            .toList();
    scores.get(0)[105] = 1.2;
    scores.get(1)[62] = 1.1;
    double found = standard.bestThreshold(sets, scores);
    double highest = -3;
    for (double[] ofSet : scores) {
      for (double threshold : ofSet) {
        highest = Math.max(highest, total(sets, scores, threshold));
      }
    }
    assertThat(total(sets, scores, found)).isEqualTo(highest).isGreaterThan(-3);
  }

  /** NAB's normalize_test.py has five windows, of which 2 - (-5) is 70 % of what is possible. */
  @Test
  void shouldNormaliseBetweenNothingAndPerfect() {
    assertThat(standard.normalised(2, 5)).isCloseTo(70, TIGHT);
    assertThat(standard.normalised(-5, 5)).isZero();
    assertThat(standard.normalised(5, 5)).isEqualTo(100);
    assertThat(standard.normalised(3.98356657241, NabPublished.WINDOWS))
        .isCloseTo(51.717054557, within(1e-8));
  }

  @Test
  void shouldRefuseScoresThatDoNotFitTheRows() {
    NabSet set = NabSets.ofRows(100);
    assertThatThrownBy(() -> standard.score(set, new double[99], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("zeros: 99 scores, expected 100");
    double[] scores = new double[100];
    scores[7] = Double.NaN;
    assertThatThrownBy(() -> standard.bestThreshold(List.of(set), List.of(scores)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("zeros: score of row 7 is NaN, expected a number");
  }

  private double total(List<NabSet> sets, List<double[]> scores, double threshold) {
    double total = 0;
    for (int i = 0; i < sets.size(); i++) {
      total += standard.score(sets.get(i), scores.get(i), threshold).score();
    }
    return total;
  }
}
