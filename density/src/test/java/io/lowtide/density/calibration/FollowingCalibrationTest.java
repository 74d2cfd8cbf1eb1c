package io.lowtide.density.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FollowingCalibrationTest {

  private static final double BUDGET = 0.01;
  private static final int WINDOW = 10_000;

  private final Random random = new Random(3);
  private final ConformalCalibration bundle = ConformalCalibration.fit(scores(2_000, 0, 1), BUDGET);

  /** Of normal records, as log-likelihoods of two fields are: minus half of a chi-squared. */
  private double score(double drop, double spread) {
    double x = random.nextGaussian();
    double y = random.nextGaussian();
    return -drop - spread * (x * x + y * y) / 2;
  }

  private double[] scores(int count, double drop, double spread) {
    double[] scores = new double[count];
    Arrays.setAll(scores, i -> score(drop, spread));
    return scores;
  }

  private FollowingCalibration following(int window) {
    return new FollowingCalibration(bundle, BUDGET, window);
  }

  /** Judges and follows records. */
  private static int flagged(FollowingCalibration calibration, double... scores) {
    int flagged = 0;
    for (double score : scores) {
      boolean anomaly = calibration.pValue(score) <= BUDGET;
      calibration.follow(score, anomaly);
      flagged += anomaly ? 1 : 0;
    }
    return flagged;
  }

  @Test
  void shouldBeginAsTheModelsCalibration() {
    FollowingCalibration calibration = following(WINDOW);
    for (double score : scores(500, 0, 2)) {
      assertThat(calibration.pValue(score)).isEqualTo(bundle.pValue(score));
      assertThat(calibration.severity(score))
          .isEqualTo(Math.max(bundle.severity(score), -Math.log10(bundle.pValue(score))));
    }
    assertThat(calibration.followed()).hasValue(0);
    assertThat(bundle.followed()).isEmpty();
    assertThat(calibration.rarity(9)).isEqualTo(bundle.rarity(9));
  }

  /** Every p-value beside one that is counted by hand, while the window fills and turns over. */
  @Test
  void shouldRankAmongTheWindowAndWhatTheCalibrationStandsInFor() {
    int window = 1_000;
    ConformalCalibration small = ConformalCalibration.fit(scores(300, 0, 1), BUDGET);
    double[] records = new double[300];
    Arrays.setAll(records, i -> small.toAvro().getSortedConformityScores().get(i));
    FollowingCalibration calibration = new FollowingCalibration(small, BUDGET, window);
    List<Double> entered = new ArrayList<>();
    double credit = 5;
    for (int i = 0; i < 3_000; i++) {
      double score = score(i / 1_000.0, 1 + i / 500.0);
      double standIn = Math.min(300, window - entered.size());
      double below =
          entered.stream().filter(known -> known <= score).count()
              + standIn / 300 * Arrays.stream(records).filter(known -> known <= score).count();
      double expected = (1 + below) / (1 + entered.size() + standIn);
      assertThat(calibration.pValue(score)).isCloseTo(expected, within(1e-12));

      boolean anomaly = calibration.pValue(score) <= BUDGET;
      credit = Math.min(5, credit + 20 * BUDGET);
      boolean enters = !anomaly || credit >= 1;
      credit -= anomaly && enters ? 1 : 0;
      assertThat(calibration.follow(score, anomaly)).isEqualTo(enters);
      if (enters) {
        entered.add(score);
      }
      if (entered.size() > window) {
        entered.remove(0);
      }
    }
    assertThat(calibration.followed()).hasValue(window);
  }

  @Test
  void shouldKeepTheBudgetOnceTheScoresHaveMoved() {
    FollowingCalibration calibration = following(WINDOW);
    flagged(calibration, scores(WINDOW, 0, 1));
    double[] moved = scores(3 * WINDOW, 1, 1.5);

    long byTheModel = Arrays.stream(moved).filter(s -> bundle.pValue(s) <= BUDGET).count();
    assertThat((double) byTheModel / moved.length).isGreaterThan(0.05);
    flagged(calibration, Arrays.copyOf(moved, WINDOW));
    double rate =
        (double) flagged(calibration, Arrays.copyOfRange(moved, WINDOW, moved.length))
            / (2 * WINDOW);
    assertThat(rate).isBetween(0.7 * BUDGET, 1.3 * BUDGET);
  }

  /** Without any flagged record in the window the tail would be cut off again and again. */
  @Test
  void shouldKeepTheBudgetForManyWindowsWhereNothingMoves() {
    FollowingCalibration calibration = following(1_000);
    double rate = flagged(calibration, scores(50_000, 0, 1)) / 50_000.0;
    assertThat(rate).isBetween(0.8 * BUDGET, 1.2 * BUDGET);
  }

  @Test
  void shouldGoOnFlaggingAnIncidentShorterThanATwentiethOfTheWindow() {
    FollowingCalibration calibration = following(WINDOW);
    flagged(calibration, scores(2 * WINDOW, 0, 1));
    int incident = WINDOW / 20 - 50;

    assertThat(flagged(calibration, scores(incident, 20, 0.1))).isEqualTo(incident);
    assertThat(flagged(calibration, scores(WINDOW / 2, 0, 1))).isLessThan(WINDOW / 200);
    assertThat(flagged(calibration, -22)).as("the same again, later").isEqualTo(1);
  }

  /** The first few enter at once, which counts for more where few are flagged at all. */
  @ParameterizedTest
  @CsvSource({"0.05, 500", "0.01, 475", "0.002, 375", "0.001, 250"})
  void shouldGoOnFlaggingForAsLongAsItSays(double budget, int records) {
    FollowingCalibration calibration = new FollowingCalibration(bundle, budget, 10_000);
    for (double score : scores(20_000, 0, 1)) {
      calibration.follow(score, calibration.pValue(score) <= budget);
    }
    for (int i = 0; i < records - 5; i++) {
      assertThat(calibration.pValue(-30)).as("record %d", i).isLessThanOrEqualTo(budget);
      calibration.follow(-30, true);
    }
  }

  @Test
  void shouldTakeAChangeThatStaysForNormal() {
    FollowingCalibration calibration = following(WINDOW);
    flagged(calibration, scores(2 * WINDOW, 0, 1));
    int atFirst = flagged(calibration, scores(2 * WINDOW, 20, 1));
    int later = flagged(calibration, scores(WINDOW, 20, 1));

    assertThat(atFirst).isBetween(WINDOW / 20, WINDOW / 2);
    assertThat(later).isLessThan(WINDOW / 50);
  }

  @Test
  void shouldMoveTheTailOfTheModelWithTheScores() {
    FollowingCalibration calibration = following(2_000);
    flagged(calibration, scores(6_000, 3, 1));

    double before = -1;
    for (double score = 0; score > -40; score -= 0.25) {
      double severity = calibration.severity(score);
      assertThat(severity).isGreaterThanOrEqualTo(Math.max(before, 0));
      before = severity;
    }
    // The lowest tenth of 2,000 scores is known to some 0.07 nats.
    assertThat(calibration.severity(-23)).isCloseTo(bundle.severity(-20), within(0.15));
    assertThat(calibration.severity(-13)).isCloseTo(bundle.severity(-10), within(0.15));
  }

  /** A hundredth of the records are anomalies: their p-values say so, and their severity not. */
  @Test
  void shouldNotMakeLittleOfAnomaliesBecauseThereAreMany() {
    FollowingCalibration calibration = following(5_000);
    for (int i = 0; i < 200; i++) {
      flagged(calibration, scores(99, 0, 1));
      flagged(calibration, score(30, 1));
    }

    double another = score(30, 1);
    assertThat(calibration.pValue(another)).isBetween(1e-4, 0.0101);
    assertThat(calibration.severity(another)).isGreaterThan(6);
  }

  @Test
  void shouldTellNoMoreThanItRanksWithWhereThereIsNoTail() {
    FollowingCalibration calibration =
        new FollowingCalibration(
            ConformalCalibration.fit(scores(100, 0, 1), BUDGET), BUDGET, 1_000);
    flagged(calibration, scores(1_500, 0, 1));

    assertThat(calibration.severity(-100)).isCloseTo(Math.log10(1_001), within(1e-12));
    assertThat(calibration.rarity(calibration.severity(-100))).isEqualTo(new Rarity(1_000, true));
    assertThat(calibration.rarity(2).orMore()).isFalse();
  }

  @Test
  void shouldGoOnWithTheSameBits() {
    FollowingCalibration undisturbed = following(500);
    FollowingCalibration stopped = following(500);
    double[] first = scores(1_700, 1, 2);
    List<Double> entered = new ArrayList<>();
    for (double score : first) {
      boolean anomaly = stopped.pValue(score) <= BUDGET;
      if (stopped.follow(score, anomaly)) {
        entered.add(score);
      }
    }
    flagged(undisturbed, first);
    FollowingCalibration resumed = following(500);
    resumed.resume(
        entered.subList(entered.size() - 500, entered.size()).stream()
            .mapToDouble(Double::doubleValue)
            .toArray(),
        stopped.credit());

    for (double score : scores(2_000, 1, 3)) {
      assertThat(resumed.pValue(score)).isEqualTo(undisturbed.pValue(score));
      assertThat(resumed.severity(score)).isEqualTo(undisturbed.severity(score));
      assertThat(flagged(resumed, score)).isEqualTo(flagged(undisturbed, score));
    }
  }

  @Test
  void shouldRefuseAWindowThatIsTooSmallForTheBudget() {
    assertThatThrownBy(() -> new FollowingCalibration(bundle, 0.001, 998))
        .isInstanceOf(BudgetException.class)
        .hasMessage(
            "false-alarm budget: 0.001, smaller than any p-value of a calibration window of 998"
                + " records; it needs at least 999 of them");
    assertThatThrownBy(() -> new FollowingCalibration(bundle, BUDGET, 100_001))
        .hasMessage("calibration window: 100001, expected 1 to 100000");
    assertThat(new FollowingCalibration(bundle, 0.001, 999).pValue(-1e9)).isLessThan(0.0011);
  }
}
