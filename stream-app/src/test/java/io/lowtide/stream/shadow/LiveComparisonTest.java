package io.lowtide.stream.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.scoring.ScoreOutcome.Scored;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.shadow.LiveComparison.Findings;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LiveComparisonTest {

  private static final ActiveModel CHAMPION = new ActiveModel(TestModels.bundle("v1"), 0.05);
  private static final ActiveModel SHADOW = new ActiveModel(TestModels.bundle("v2"), 0.05);

  private final Random random = new Random(1);

  private static Scored score(double logLikelihood, int evaluations) {
    return new Scored(logLikelihood, logLikelihood, 0.5, 1, evaluations);
  }

  /** Blocks of 100 records with a mean of their own each, that differ by so many deviations. */
  private Findings compared(double betweenBlocks, List<Double> gains) {
    LiveComparison comparison = new LiveComparison(CHAMPION, SHADOW);
    for (int block = 0; block < 40; block++) {
      double mean = 0.3 + betweenBlocks * random.nextGaussian();
      Tally tally = new Tally();
      while (!tally.isFull()) {
        double gain = mean + random.nextGaussian();
        gains.add(gain);
        tally.compare(score(-2, 10), false, score(-2 + gain, 12), false);
      }
      comparison.add(tally);
    }
    return comparison.findings();
  }

  @Test
  void shouldTellTheGainWithItsStandardError() {
    List<Double> gains = new ArrayList<>();
    Findings found = compared(0, gains);

    double mean = gains.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double variance =
        gains.stream().mapToDouble(gain -> Math.pow(gain - mean, 2)).sum() / (gains.size() - 1);
    assertThat(found.gain()).isCloseTo(mean, within(1e-9));
    assertThat(found.gainError())
        .isGreaterThanOrEqualTo(Math.sqrt(variance / gains.size()) * 0.999)
        .isLessThan(2 * Math.sqrt(variance / gains.size()));
    assertThat(found.championEvaluations()).isEqualTo(10);
    assertThat(found.shadowEvaluations()).isEqualTo(12);
  }

  /** Neighbours are alike: then so many records are worth no more than their blocks. */
  @Test
  void shouldNotTakeNeighboursForIndependent() {
    Findings found = compared(2, new ArrayList<>());

    assertThat(found.gainError()).isBetween(0.7 * 2 / Math.sqrt(40), 1.4 * 2 / Math.sqrt(40));
  }

  @Test
  void shouldLeaveWhatEitherFlagsOutOfTheGainAndTellHowTheyAgree() {
    LiveComparison comparison = new LiveComparison(CHAMPION, SHADOW);
    Tally tally = new Tally();
    for (int i = 0; i < 100; i++) {
      boolean byChampion = i < 4;
      boolean byShadow = i >= 2 && i < 8;
      double gain = byChampion || byShadow ? 1_000 : 0.25;
      tally.compare(score(-3, 10), byChampion, score(-3 + gain, 10), byShadow);
    }
    comparison.add(tally);

    Findings found = comparison.findings();
    assertThat(found.gain()).isEqualTo(0.25);
    assertThat(found.flaggedByChampion()).isEqualTo(0.04);
    assertThat(found.flaggedByShadow()).isEqualTo(0.06);
    assertThat(found.agreement()).isCloseTo(2.0 / 8, within(1e-12));
  }

  @Test
  void shouldTellNoGainOfModelsThatScoreDifferentFields() {
    LiveComparison comparison =
        new LiveComparison(CHAMPION, new ActiveModel(TestModels.ofOtherRecords("other"), 0.05));
    Tally tally = new Tally();
    tally.compare(score(-3, 10), false, score(-1, 10), false);
    comparison.add(tally);

    assertThat(comparison.findings().gain()).isNaN();
    assertThat(comparison.findings().compared()).isEqualTo(1);
  }

  @Test
  void shouldSayHowTheyAgreeOnlyWhereOneOfThemFlagsSomething() {
    assertThat(comparison(0, 0).summary())
        .contains("flags 0.00 % (0.00 %), 10.0 (10.0) evaluations per score")
        .doesNotContain("NaN");
    assertThat(comparison(2, 4).summary())
        .contains("flags 4.00 % (2.00 %), of what either flags 50 % is flagged by both");
  }

  /** Of 200 records. */
  private static LiveComparison comparison(int byChampion, int byShadow) {
    LiveComparison comparison = new LiveComparison(CHAMPION, SHADOW);
    for (int block = 0; block < 2; block++) {
      Tally tally = new Tally();
      while (!tally.isFull()) {
        tally.compare(
            score(-3, 10), tally.compared < byChampion, score(-2, 10), tally.compared < byShadow);
      }
      comparison.add(tally);
    }
    return comparison;
  }
}
