package io.lowtide.density.drift;

import io.lowtide.schemas.DriftDirection;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What the records since a change tell.
 *
 * @param since when they begin: an estimate of when the change was, in milliseconds since 1970
 * @param records how many they are
 * @param direction which p-values there are too many of
 * @param shareWithinBudget share of them with a p-value of at most the budget
 * @param level the p-value at which the evidence is strongest, between 0 and 1
 * @param shareAtLevel share of them with a p-value of at most that; calibration says the level
 * @param strength log10 of the evidence against no drift: the records are at least 10 to this times
 *     as probable under a drift as under any distribution that is none
 */
public record DriftFinding(
    long since,
    long records,
    DriftDirection direction,
    double shareWithinBudget,
    double level,
    double shareAtLevel,
    double strength) {

  /** Writes it. */
  public void write(DataOutput out) throws IOException {
    out.writeLong(since);
    out.writeLong(records);
    out.writeByte(direction.ordinal());
    out.writeDouble(shareWithinBudget);
    out.writeDouble(level);
    out.writeDouble(shareAtLevel);
    out.writeDouble(strength);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if it is not that
   */
  public static DriftFinding read(DataInput in) throws IOException {
    return new DriftFinding(
        in.readLong(),
        in.readLong(),
        direction(in.readUnsignedByte()),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble());
  }

  private static DriftDirection direction(int number) throws IOException {
    DriftDirection[] directions = DriftDirection.values();
    if (number >= directions.length) {
      throw new IOException("direction " + number + ", expected 0 to " + (directions.length - 1));
    }
    return directions[number];
  }
}
