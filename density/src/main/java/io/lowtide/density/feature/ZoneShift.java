package io.lowtide.density.feature;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How far the wall-clock time of a zone is from UTC, in seconds, from 1970 to 2100; the first and
 * the last one hold before and after. Immutable; allocates nothing once it is made.
 */
final class ZoneShift {

  static final ZoneShift UTC = new ZoneShift(ZoneOffset.UTC);

  private static final Instant FIRST = Instant.EPOCH;
  private static final Instant LAST = LocalDateTime.of(2100, 1, 1, 0, 0).toInstant(ZoneOffset.UTC);

  private final double[] changes;
  private final double[] shifts;

  ZoneShift(ZoneId zone) {
    ZoneRules rules = zone.getRules();
    List<ZoneOffsetTransition> transitions = new ArrayList<>();
    for (ZoneOffsetTransition next = rules.nextTransition(FIRST);
        next != null && next.getInstant().isBefore(LAST);
        next = rules.nextTransition(next.getInstant())) {
      transitions.add(next);
    }
    this.changes = transitions.stream().mapToDouble(ZoneOffsetTransition::toEpochSecond).toArray();
    this.shifts = new double[changes.length + 1];
    shifts[0] = rules.getOffset(FIRST).getTotalSeconds();
    for (int i = 0; i < changes.length; i++) {
      shifts[i + 1] = transitions.get(i).getOffsetAfter().getTotalSeconds();
    }
  }

  /** Wall-clock seconds since 1970-01-01T00:00 of a point in time, in seconds since then in UTC. */
  double toWallClock(double seconds) {
    return seconds + at(seconds);
  }

  /** The inverse of {@link #toWallClock}; of an hour that there is twice the first. */
  double toInstant(double wallClock) {
    double before = wallClock - at(wallClock - shifts[0]);
    double earlier = wallClock - at(before - 86_400);
    return toWallClock(earlier) == wallClock ? earlier : wallClock - at(before);
  }

  private double at(double seconds) {
    if (changes.length == 0) {
      return shifts[0];
    }
    int found = Arrays.binarySearch(changes, seconds);
    return shifts[found >= 0 ? found + 1 : -found - 1];
  }
}
