package io.lowtide.trainer.feature;

import io.lowtide.density.feature.TimeValue;
import io.lowtide.schemas.DateOrder;
import io.lowtide.trainer.feature.FieldRole.Cycle;
import io.lowtide.trainer.feature.FieldRole.Ignored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a column of points in time is taken for: the cycles that it is long enough for. */
final class CycleColumn {

  private static final double HOUR = 3_600;
  private static final double DAY = 24 * HOUR;
  private static final double WEEK = 7 * DAY;

  /** Repetitions of a cycle that must be there for it to be learned. */
  private static final double REPETITIONS = 2;

  /** More records than this share without a time, and they are not judged under it. */
  private static final double MOST_MISSING = 0.5;

  private final String name;
  private final double[] seconds;
  private final String prefix;

  /**
   * @param seconds since 1970-01-01T00:00Z of each record, NaN where missing
   * @param prefix words before "times", if need be
   */
  CycleColumn(String name, double[] seconds, String prefix) {
    this.name = name;
    this.seconds = seconds;
    this.prefix = prefix.isEmpty() ? "" : prefix + " ";
  }

  /**
   * @param dateOrder of dates like 03/04/2026
   * @param unreadable number of records with a text that is no time
   * @param example one of these texts
   */
  PlannedField planned(DateOrder dateOrder, int unreadable, String example) {
    double[] sorted = Arrays.stream(seconds).filter(t -> !Double.isNaN(t)).sorted().toArray();
    FarValues far = FarValues.of(sorted);
    double first = far.lowest();
    double last = far.highest();
    boolean ofDay = first >= 0 && last < DAY;
    String span =
        prefix
            + (ofDay
                ? Reason.format("times of day from %s to %s", clock(first), clock(last))
                : Reason.format("times from %s to %s", TimeValue.text(first), TimeValue.text(last)))
            + Reason.missing(sorted.length, seconds.length)
            + (unreadable == 0
                ? ""
                : Reason.format(", \"%s\" and the like in %,d of them", example, unreadable))
            + (far.isEmpty()
                ? ""
                : Reason.format(
                    ", and placeholders far outside, %s in %,d",
                    TimeValue.text(far.values()[0]), Arrays.stream(far.counts()).sum()));
    if (sorted.length < (1 - MOST_MISSING) * seconds.length) {
      return new PlannedField(
          name,
          List.of(new Ignored()),
          span + ": a cycle needs a time in at least half of the records");
    }
    List<FieldRole> cycles = new ArrayList<>();
    // Daily records carry no time of day.
    boolean withinDays = Arrays.stream(sorted).anyMatch(t -> (t - first) % DAY != 0);
    if (withinDays && (ofDay || last - first >= REPETITIONS * DAY)) {
      cycles.add(new Cycle(DAY, "", dateOrder));
    }
    if (last - first >= REPETITIONS * WEEK) {
      cycles.add(new Cycle(WEEK, "", dateOrder));
    }
    if (cycles.isEmpty()) {
      return new PlannedField(
          name,
          List.of(new Ignored()),
          span + (last == first ? ": always the same" : ": too short to learn a daily cycle from"));
    }
    return new PlannedField(name, cycles, span + "; records are judged under it");
  }

  private static String clock(double secondsOfDay) {
    return TimeValue.text(secondsOfDay).replaceFirst("^.*T", "").replace("Z", "");
  }
}
