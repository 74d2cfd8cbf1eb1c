package io.lowtide.density.calibration;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A calibration that follows the stream: a score is ranked among the last scores of the stream
 * itself and, for as long as there are few of them, the records of the model's calibration (online
 * conformal p-values; Laxhammar and Falkman 2010). With m of at most w scores in the window the n
 * calibration records count as b = min(n, w - m) together, and
 *
 * <pre>p = (1 + #{window &lt;= score} + b #{calibration &lt;= score} / n) / (1 + m + b)
 * </pre>
 *
 * so that it begins as the calibration that the model came with, and a full window speaks alone.
 *
 * <p>What enters the window is what p-values mean. All records would let an incident of budget * w
 * records pass for normal; none that was flagged would cut the tail off again and again, and flag
 * ever more. So flagged records enter at a bounded pace: for each record that is followed, {@value
 * #PACE} times the budget of them, and five in a row. False alarms that have risen to that rate are
 * followed at once, higher ones by that factor in each window; and nothing new passes for normal
 * before (w - 5 / budget) / {@value #PACE} records have come since it began.
 *
 * <p>Severity follows the generalised Pareto tail of the calibration, moved with the score that its
 * share of the ranked ones lies below: it goes on telling how rare a record is among normal ones,
 * where the anomalies that have entered the window make its p-value larger than that. It is never
 * less than -log10 of the p-value.
 *
 * <p>Ranking changes nothing, and what follows depends on the records and their order alone.
 * Nothing is allocated for a record. Belongs to one thread.
 */
public final class FollowingCalibration implements Ranking {

  /** The largest window. */
  public static final int LARGEST_WINDOW = 100_000;

  /** Flagged records that may enter for each record followed, in budgets. */
  private static final int PACE = 20;

  /** Flagged records that may enter in a row, when few were flagged before. */
  private static final double MOST_CREDIT = 5;

  private final ConformalCalibration calibration;
  private final double budget;
  private final int capacity;
  private final RankedWindow window;
  private double credit = MOST_CREDIT;

  /**
   * Follows from the model's calibration on.
   *
   * @param budget false-alarm budget in force
   * @param capacity how many scores of the stream are kept, w
   * @throws BudgetException if the budget is smaller than any p-value of a full window
   * @throws IllegalArgumentException if the window is out of range
   */
  public FollowingCalibration(ConformalCalibration calibration, double budget, int capacity) {
    if (capacity < 1 || capacity > LARGEST_WINDOW) {
      throw new IllegalArgumentException(
          "calibration window: " + capacity + ", expected 1 to " + LARGEST_WINDOW);
    }
    requireBudget(budget, capacity);
    this.calibration = calibration;
    this.budget = budget;
    this.capacity = capacity;
    this.window = new RankedWindow(capacity);
  }

  /**
   * Checks that alerts can be raised under a budget once the window is full.
   *
   * @throws BudgetException if it is not between 0 and 1, or smaller than 1 / (w + 1)
   */
  public static void requireBudget(double budget, int capacity) {
    if (!(budget > 0 && budget < 1)) {
      throw new BudgetException("false-alarm budget: " + budget + ", expected between 0 and 1");
    }
    if (budget < 1 / (capacity + 1.0)) {
      throw new BudgetException(
          "false-alarm budget: "
              + budget
              + ", smaller than any p-value of a calibration window of "
              + capacity
              + " records; it needs at least "
              + (long) Math.ceil(1 / budget - 1)
              + " of them");
    }
  }

  @Override
  public double pValue(double conformityScore) {
    return (1 + countAtMost(conformityScore)) / (1 + window.size() + calibrationCount());
  }

  /** What the calibration records count as, b. */
  private double calibrationCount() {
    return Math.min(calibration.size(), capacity - window.size());
  }

  private double countAtMost(double conformityScore) {
    double ofEach = calibrationCount() / calibration.size();
    return window.countAtMost(conformityScore)
        + (ofEach == 0 ? 0 : ofEach * calibration.recordsAtMost(conformityScore));
  }

  @Override
  public double severity(double conformityScore) {
    double ofRank = -Math.log10(pValue(conformityScore));
    Optional<GeneralisedPareto> tail = calibration.tail();
    if (tail.isEmpty()) {
      return ofRank;
    }
    double moved = conformityScore + fall(tail.get());
    return moved < tail.get().threshold()
        ? Math.max(ofRank, -tail.get().logProbabilityBelow(moved) / Math.log(10))
        : ofRank;
  }

  /** How far the threshold of the tail lies lower among the scores of the stream, in nats. */
  private double fall(GeneralisedPareto tail) {
    int size = window.size();
    if (size == 0) {
      return 0;
    }
    double threshold = window.ofRank((int) (tail.exceedanceProbability() * size));
    return (tail.threshold() - threshold) * size / (size + calibrationCount());
  }

  /**
   * A severity as people tell it: up to one in a million normal records with a generalised Pareto
   * tail, and up to one in as many as are ranked with without.
   */
  @Override
  public Rarity rarity(double severity) {
    return Rarity.of(
        severity,
        calibration.tail().isPresent()
            ? Double.POSITIVE_INFINITY
            : Math.log10(1 + window.size() + calibrationCount()));
  }

  @Override
  public OptionalInt followed() {
    return OptionalInt.of(window.size());
  }

  /**
   * Takes in a record that was ranked.
   *
   * @param flagged whether its p-value was at most the budget
   * @return whether its score has entered the window
   */
  public boolean follow(double conformityScore, boolean flagged) {
    credit = Math.min(MOST_CREDIT, credit + PACE * budget);
    if (flagged) {
      if (credit < 1) {
        return false;
      }
      credit--;
    }
    window.add(conformityScore);
    return true;
  }

  /**
   * Puts back what was followed before.
   *
   * @param conformityScores those that have entered, the oldest first
   * @param left {@link #credit} after the last of them
   */
  public void resume(double[] conformityScores, double left) {
    for (double conformityScore : conformityScores) {
      window.add(conformityScore);
    }
    credit = left;
  }

  /** How many flagged records may enter now; with the scores that is all there is to keep. */
  public double credit() {
    return credit;
  }
}
