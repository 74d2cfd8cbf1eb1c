package io.lowtide.density.calibration;

import io.lowtide.schemas.Calibration;
import io.lowtide.schemas.ExpectedRanges;
import io.lowtide.schemas.GeneralisedParetoTail;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Turns a {@linkplain io.lowtide.density.likelihood.ValueScorer#conformityScore conformity score}
 * into a conformal p-value (Vovk, Gammerman, Shafer 2005; Laxhammar and Falkman 2010): p = (1 +
 * number of calibration scores at most the record's own) / (n + 1), so that P(p &lt;= alpha) &lt;=
 * alpha for a record exchangeable with the calibration records. Immutable.
 */
public final class ConformalCalibration implements Ranking {

  private final double[] sorted;
  private final long unscorable;
  private final double defaultBudget;
  private final GeneralisedPareto tail;
  private final ExpectedRanges expectedRanges;

  private ConformalCalibration(
      double[] sorted,
      long unscorable,
      double defaultBudget,
      GeneralisedPareto tail,
      ExpectedRanges expectedRanges) {
    this.sorted = sorted;
    this.unscorable = unscorable;
    this.defaultBudget = defaultBudget;
    this.tail = tail;
    this.expectedRanges = expectedRanges;
    requireBudget(defaultBudget);
  }

  /**
   * Calibrates on held-out normal records.
   *
   * @param conformityScores in nats, in any order, at least one of them finite; negative infinity
   *     for a record that has none, which counts as lower than any
   * @param defaultBudget false-alarm budget for applications that name none, at least 1 / (n + 1)
   * @throws BudgetException if the budget is out of range or needs more records
   * @throws IllegalArgumentException if a score is NaN or positive infinity, or none is finite
   */
  public static ConformalCalibration fit(double[] conformityScores, double defaultBudget) {
    double[] sorted =
        Arrays.stream(conformityScores)
            .filter(score -> score != Double.NEGATIVE_INFINITY)
            .sorted()
            .toArray();
    requireUsable(sorted);
    long unscorable = conformityScores.length - sorted.length;
    return new ConformalCalibration(
        sorted, unscorable, defaultBudget, GeneralisedPareto.fit(sorted, unscorable), null);
  }

  /**
   * The calibration of a model bundle.
   *
   * @throws IllegalArgumentException if it is empty, not ascending, not finite, or its budget or
   *     tail is out of range
   */
  public static ConformalCalibration of(Calibration calibration) {
    double[] sorted =
        calibration.getSortedConformityScores().stream().mapToDouble(Double::doubleValue).toArray();
    requireUsable(sorted);
    if (calibration.getUnscorable() < 0) {
      throw new IllegalArgumentException(
          "calibration unscorable: " + calibration.getUnscorable() + ", expected at least 0");
    }
    GeneralisedParetoTail tail = calibration.getTail();
    return new ConformalCalibration(
        sorted,
        calibration.getUnscorable(),
        calibration.getDefaultBudget(),
        tail == null
            ? null
            : new GeneralisedPareto(
                tail.getThreshold(),
                tail.getExceedanceProbability(),
                tail.getShape(),
                tail.getScale(),
                tail.getGoodnessOfFit()),
        usable(calibration.getExpectedRanges()));
  }

  private static ExpectedRanges usable(ExpectedRanges ranges) {
    if (ranges == null) {
      return null;
    }
    if (!(ranges.getCoverage() > 0 && ranges.getCoverage() < 1)) {
      throw new IllegalArgumentException(
          "expected ranges: a coverage of " + ranges.getCoverage() + ", expected between 0 and 1");
    }
    for (double factor : ranges.getFactors()) {
      if (!(factor >= 0 && factor < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "expected ranges: a factor of " + factor + ", expected at least 0 and finite");
      }
    }
    return ranges;
  }

  private static void requireUsable(double[] sorted) {
    if (sorted.length == 0) {
      throw new IllegalArgumentException(
          "calibration: no conformity scores, expected at least one held-out normal record");
    }
    for (int i = 0; i < sorted.length; i++) {
      if (!Double.isFinite(sorted[i])) {
        throw new IllegalArgumentException(
            "calibration conformity score ["
                + i
                + "]: "
                + sorted[i]
                + ", expected a finite number");
      }
      if (i > 0 && sorted[i] < sorted[i - 1]) {
        throw new IllegalArgumentException(
            "calibration conformity score ["
                + i
                + "]: "
                + sorted[i]
                + ", expected ascending order");
      }
    }
  }

  /**
   * Checks that alerts can be raised under a budget at all.
   *
   * @throws BudgetException if it is not between 0 and 1, or smaller than {@link #smallestPValue}
   */
  public void requireBudget(double budget) {
    requireBudget(budget, size(), unscorable);
  }

  /**
   * Checks that alerts could be raised under a budget after a calibration on so many records, all
   * of them with a score.
   *
   * @param records n
   * @throws BudgetException if it is not between 0 and 1, or smaller than 1 / (n + 1)
   */
  public static void requireBudget(double budget, long records) {
    requireBudget(budget, records, 0);
  }

  private static void requireBudget(double budget, long records, long unscorable) {
    if (!(budget > 0 && budget < 1)) {
      throw new BudgetException("false-alarm budget: " + budget + ", expected between 0 and 1");
    }
    if (budget < smallestPValue(records, unscorable)) {
      throw new BudgetException(
          "false-alarm budget: "
              + budget
              + ", smaller than any p-value of "
              + records
              + " calibration records"
              + (unscorable == 0 ? "" : ", " + unscorable + " of them without a score")
              + "; it needs at least "
              + (long) Math.ceil((1 + unscorable) / budget - 1)
              + (unscorable == 0 ? " of them" : " with as many"));
    }
  }

  /** Number of calibration records, n. */
  public long size() {
    return sorted.length + unscorable;
  }

  /** Number of calibration records without a score, which count as lower than any. */
  public long unscorable() {
    return unscorable;
  }

  /**
   * Number of calibration scores below the one of a rank: fewer than rank - 1 where it is tied.
   *
   * @param rank from 1, the lowest one, to the number of records with a score
   */
  public long countBelowRank(long rank) {
    return countAtMost(Math.nextDown(sorted[Math.toIntExact(rank - 1)]));
  }

  /** (1 + unscorable records) / (n + 1), the smallest p-value there is. */
  public double smallestPValue() {
    return smallestPValue(size(), unscorable);
  }

  private static double smallestPValue(long records, long unscorable) {
    return (1.0 + unscorable) / (records + 1.0);
  }

  /** The same calibration with what was measured about the expected ranges of fields. */
  public ConformalCalibration withExpectedRanges(ExpectedRanges ranges) {
    return new ConformalCalibration(sorted, unscorable, defaultBudget, tail, usable(ranges));
  }

  /** How wide the expected ranges of fields are; empty where training did not measure it. */
  public Optional<ExpectedRanges> expectedRanges() {
    return Optional.ofNullable(expectedRanges);
  }

  /**
   * How well the generalised Pareto tail fits: the p-value of an Anderson-Darling test; empty
   * without a tail, for want of calibration records.
   */
  public OptionalDouble goodnessOfFit() {
    return tail == null ? OptionalDouble.empty() : OptionalDouble.of(tail.goodnessOfFit());
  }

  /** The budget for applications that name none. */
  public double defaultBudget() {
    return defaultBudget;
  }

  /**
   * The calibration score below which a fraction of normal records lies.
   *
   * @param fraction between 0 and 1
   */
  public double quantile(double fraction) {
    int index = (int) Math.floor(fraction * sorted.length);
    return sorted[Math.min(sorted.length - 1, Math.max(0, index))];
  }

  /**
   * The lowest conformity score that is unremarkable under a budget: the p-value of every lower one
   * is at most the budget, that of this one and of every higher one is greater.
   *
   * @param budget one that {@link #requireBudget} takes
   * @return in nats
   */
  public double threshold(double budget) {
    int low = 0;
    int high = sorted.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (pValue(sorted[middle]) <= budget) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return sorted[low];
  }

  /** Conformal p-value of a conformity score, in [{@link #smallestPValue}, 1]. */
  @Override
  public double pValue(double conformityScore) {
    return (1.0 + recordsAtMost(conformityScore)) / (size() + 1.0);
  }

  /** Number of calibration records at most as probable, those without a score included. */
  long recordsAtMost(double conformityScore) {
    return unscorable + countAtMost(conformityScore);
  }

  /** The generalised Pareto tail; empty for want of calibration records. */
  Optional<GeneralisedPareto> tail() {
    return Optional.ofNullable(tail);
  }

  /** Number of calibration scores at most the given one, by bisection. */
  private int countAtMost(double conformityScore) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] <= conformityScore) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * How extreme a record is: -log10 of the probability that a normal record is at least as
   * improbable. Within the calibration records that is the p-value; beyond the tail's threshold the
   * generalised Pareto fit, which goes on ranking where the p-value has reached its floor.
   */
  @Override
  public double severity(double conformityScore) {
    if (tail != null && conformityScore < tail.threshold()) {
      return -tail.logProbabilityBelow(conformityScore) / Math.log(10);
    }
    return -Math.log10(pValue(conformityScore));
  }

  /**
   * A severity as people tell it: up to one in a million normal records with a generalised Pareto
   * tail, and up to one in as many as the smallest p-value says without.
   *
   * @param severity what {@link #severity} gave
   */
  @Override
  public Rarity rarity(double severity) {
    return Rarity.of(
        severity, tail == null ? -Math.log10(smallestPValue()) : Double.POSITIVE_INFINITY);
  }

  @Override
  public OptionalInt followed() {
    return OptionalInt.empty();
  }

  /** This calibration as part of a model bundle. */
  public Calibration toAvro() {
    List<Double> values = new ArrayList<>(sorted.length);
    for (double value : sorted) {
      values.add(value);
    }
    return new Calibration(
        values,
        unscorable,
        defaultBudget,
        expectedRanges,
        tail == null
            ? null
            : new GeneralisedParetoTail(
                tail.threshold(),
                tail.exceedanceProbability(),
                tail.shape(),
                tail.scale(),
                tail.goodnessOfFit()));
  }
}
