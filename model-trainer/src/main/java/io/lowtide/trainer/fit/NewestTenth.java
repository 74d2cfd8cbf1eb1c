package io.lowtide.trainer.fit;

import java.util.Locale;

/**
 * How the newest tenth of the training records fares under a model of the others: what the
 * false-alarm rate would have been, had the others been all there was to train on.
 *
 * @param records number of the newest records that were scored
 * @param flagged how many of them that model flags
 * @param level share of records like the others that it flags: the false-alarm budget, or what so
 *     few records can vouch for
 * @param held their p-values under that model
 */
public record NewestTenth(int records, int flagged, double level, HeldOutPValues held) {

  /** Standard deviations that chance does not explain. */
  private static final double CHANCE = 3;

  /** Share of the records that are flagged. */
  public double rate() {
    return (double) flagged / records;
  }

  /** Whether more are flagged than chance explains: what is normal has moved. */
  public boolean hasMoved() {
    double expected = level * records;
    // Twice the variance: the level itself is known from about as many records.
    return flagged > 1 && flagged >= expected + CHANCE * Math.sqrt(2 * expected);
  }

  /** For a person. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "The newest tenth under a model of the rest: %.3g %% of %,d records flagged, %.3g %% expected%s",
        100 * rate(),
        records,
        100 * level,
        hasMoved()
            ? ". What is normal moves within these records, and will go on to: leave out the"
                + " columns that move, score their change, or train often"
            : "");
  }
}
