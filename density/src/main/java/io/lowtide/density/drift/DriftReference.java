package io.lowtide.density.drift;

import io.lowtide.density.calibration.ConformalCalibration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * What a calibration set of n records says about the p-values of later records. Given the set these
 * are independent, but not uniform: the probability F(t) of one of at most t = k / (n + 1) is what
 * lies below the k-th calibration score, distributed over calibration sets as the k-th of n ordered
 * uniform numbers, Beta(k, n + 1 - k). To bet against that, not against uniform p-values, is what
 * conditional conformal test martingales do (arXiv 2602.13848; Vovk et al., arXiv 2102.10439, on
 * when to retrain). So F lies within a band at all of a few levels at once, with {@link
 * #CONFIDENCE} over calibration sets, by Bonferroni's inequality.
 *
 * <p>Tolerated is a stream of which a share is anything, the rest as in calibration: the band is
 * mixed with that share. Against each of its bounds stand bets at several odds, that p-values at
 * most t come more often than its upper bound or more rarely than its lower one: the capital of a
 * bet is a supermartingale under every F within the band.
 *
 * <p>Calibration scores may be tied and records may have had none. Ties make F(t) smaller than the
 * order statistic, and at least the one of the last score below the tie; calibration records
 * without a score do not count, since the records judged have one. Immutable.
 */
public final class DriftReference {

  /** Share of the calibration sets for which the band holds. */
  public static final double CONFIDENCE = 0.99;

  /** Levels that are watched, besides the budget. */
  private static final double[] LEVELS = {0.03, 0.1, 0.25, 0.5, 0.75, 0.9};

  /** Distances of bets from the bound, as differences of asin sqrt probability. */
  private static final double[] DISTANCES = {0.02, 0.05, 0.12, 0.3};

  private final int budgetLevel;
  private final double[] levels;
  private final double[] edges;
  private final double[] upper;
  private final double[] lower;
  private final List<Bet> bets;

  /**
   * A bet that p-values of at most a level are more or less frequent than a bound. After k of m
   * records with such a p-value the logarithm of its capital is k {@code perLow} + m {@code
   * perRecord}.
   *
   * @param level number of the level
   * @param more whether the bet is that there are more
   */
  record Bet(int level, boolean more, double perLow, double perRecord) {

    static Bet of(int level, boolean more, double bound, double alternative) {
      double perRecord = Math.log1p(-alternative) - Math.log1p(-bound);
      double perLow = Math.log(alternative) - Math.log(bound) - perRecord;
      return new Bet(level, more, perLow, perRecord);
    }
  }

  /**
   * @param calibration what the p-values come from
   * @param budget false-alarm budget in force, one that the calibration takes
   * @param tolerance share of the records that may be anything, from 0 to below 1
   */
  public DriftReference(ConformalCalibration calibration, double budget, double tolerance) {
    long size = calibration.size();
    long unscorable = calibration.unscorable();
    long scored = size - unscorable;
    // Of the p-values at most the budget, the largest is rank + unscorable of n + 1.
    long budgetRank =
        Math.max(1, Math.min(scored, (long) Math.floor(budget * (size + 1) + 1e-9) - unscorable));
    TreeSet<Long> ranks = new TreeSet<>();
    ranks.add(budgetRank);
    for (double level : LEVELS) {
      long rank = Math.round(level * (scored + 1));
      if (rank >= 1 && rank <= scored) {
        ranks.add(rank);
      }
    }
    long[] rank = ranks.stream().mapToLong(Long::longValue).toArray();
    this.budgetLevel = Arrays.binarySearch(rank, budgetRank);
    this.levels = Arrays.stream(rank).mapToDouble(k -> k / (scored + 1.0)).toArray();
    // Between two p-values, so that rounding has no say.
    this.edges =
        Arrays.stream(rank).mapToDouble(k -> (k + unscorable + 0.5) / (size + 1.0)).toArray();
    this.upper = new double[rank.length];
    this.lower = new double[rank.length];
    double risk = (1 - CONFIDENCE) / (2 * rank.length);
    this.bets = new ArrayList<>();
    for (int level = 0; level < rank.length; level++) {
      double most = BetaQuantile.of(1 - risk, rank[level], scored + 1 - rank[level]);
      upper[level] = most + tolerance * (1 - most);
      long below = calibration.countBelowRank(rank[level]);
      double least = below == 0 ? 0 : BetaQuantile.of(risk, below, scored + 1 - below);
      lower[level] = (1 - tolerance) * least;
      addBets(level, true, upper[level]);
      addBets(level, false, lower[level]);
    }
  }

  private void addBets(int level, boolean more, double bound) {
    double angle = Math.asin(Math.sqrt(bound));
    for (double distance : DISTANCES) {
      double there = more ? angle + distance : angle - distance;
      if (bound > 0 && there > 0 && there < Math.PI / 2) {
        double root = Math.sin(there);
        bets.add(Bet.of(level, more, bound, root * root));
      }
    }
  }

  /**
   * The worst distribution of p-values that is no drift.
   *
   * @param more whether by too many low ones, or by too few
   * @return the probability of one at most each of the levels, which ascend
   */
  public double[] worstCase(boolean more) {
    return more ? upper.clone() : lower.clone();
  }

  /** The p-value of a level: the probability of one at most that, by calibration. */
  public double levelOf(int number) {
    return levels[number];
  }

  /** Number of the level that is the budget's. */
  int budgetLevel() {
    return budgetLevel;
  }

  /** Number of levels. */
  int levels() {
    return levels.length;
  }

  /** Largest probability of a p-value of at most a level that is no drift. */
  double upper(int number) {
    return upper[number];
  }

  /** Least probability of a p-value of at most a level that is no drift. */
  double lower(int number) {
    return lower[number];
  }

  /** The bets, those on one level one after the other. */
  List<Bet> bets() {
    return bets;
  }

  /** Number of levels that a p-value is above. */
  int levelsBelow(double pValue) {
    int number = 0;
    while (number < edges.length && pValue > edges[number]) {
      number++;
    }
    return number;
  }
}
