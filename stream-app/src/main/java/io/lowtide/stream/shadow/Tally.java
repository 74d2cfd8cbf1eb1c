package io.lowtide.stream.shadow;

import io.lowtide.density.scoring.ScoreOutcome;

/**
 * What became of some records in a row under the champion and under its shadow. Belongs to one
 * task.
 */
final class Tally {

  /** Records after which it is added to what all tasks have found. */
  static final int RECORDS = 100;

  long compared;
  long unscorable;
  long skipped;
  long failed;
  long flaggedByChampion;
  long flaggedByShadow;
  long flaggedByBoth;
  long championEvaluations;
  long shadowEvaluations;
  long nanoseconds;
  long gains;
  double gain;
  double gainSquares;

  /** Whether it is time to add it. */
  boolean isFull() {
    return compared + unscorable + skipped + failed >= RECORDS;
  }

  /** Both have scored a record. */
  void compare(
      ScoreOutcome.Scored byChampion, boolean flagged, ScoreOutcome.Scored byShadow, boolean also) {
    compared++;
    flaggedByChampion += flagged ? 1 : 0;
    flaggedByShadow += also ? 1 : 0;
    flaggedByBoth += flagged && also ? 1 : 0;
    championEvaluations += byChampion.evaluations();
    shadowEvaluations += byShadow.evaluations();
    if (!flagged && !also) {
      double difference = byShadow.logLikelihood() - byChampion.logLikelihood();
      gains++;
      gain += difference;
      gainSquares += difference * difference;
    }
  }
}
