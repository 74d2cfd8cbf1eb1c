package io.lowtide.density.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** What the blocks from one on have told, for each share of the keys. */
final class EvidenceWindow {

  /** Shares that the keys are divided into. */
  static final int KEY_SHARES = 16;

  /** Of what is enough for an alarm, what one share of the keys may add. */
  private static final double LARGEST_PART = 0.25;

  private final int levels;
  private final int[] sizes = new int[KEY_SHARES];
  private final int[] lows;
  private final int[] totals;
  private long first;
  private long since;
  private int records;

  EvidenceWindow(int levels) {
    this.levels = levels;
    this.lows = new int[KEY_SHARES * levels];
    this.totals = new int[levels];
  }

  /**
   * Begins again, without records.
   *
   * @param block number of the first block
   * @param time when it begins
   */
  void begin(long block, long time) {
    first = block;
    since = time;
    records = 0;
    Arrays.fill(sizes, 0);
    Arrays.fill(lows, 0);
    Arrays.fill(totals, 0);
  }

  /** Adds the counts of a block. */
  void add(OpenBlock block) {
    int[] counts = block.counts();
    int bins = levels + 1;
    for (int share = 0; share < KEY_SHARES; share++) {
      int atMost = 0;
      for (int level = 0; level < levels; level++) {
        atMost += counts[share * bins + level];
        lows[share * levels + level] += atMost;
        totals[level] += atMost;
      }
      sizes[share] += atMost + counts[share * bins + levels];
    }
    records += block.records();
  }

  /** Number of the first block. */
  long first() {
    return first;
  }

  /** When that began. */
  long since() {
    return since;
  }

  int records() {
    return records;
  }

  /** Records with a p-value of at most a level. */
  int atMost(int level) {
    return totals[level];
  }

  /** Logarithm of the capital of a bet on all records. */
  double capital(DriftReference.Bet bet) {
    return totals[bet.level()] * bet.perLow() + records * bet.perRecord();
  }

  /**
   * The same, of which each share of the keys adds at most so much as to leave it to others to
   * agree, unless it has a large part of the records. What is left out makes it smaller, so that it
   * is at most the capital of a supermartingale.
   *
   * @param dispersion by which evidence is divided, at least 1
   * @param enough what is enough for an alarm
   */
  double sharedCapital(DriftReference.Bet bet, double dispersion, double enough) {
    double capital = 0;
    for (int share = 0; share < KEY_SHARES; share++) {
      double part =
          (lows[share * levels + bet.level()] * bet.perLow() + sizes[share] * bet.perRecord())
              / dispersion;
      double most = enough * Math.max(LARGEST_PART, 2.0 * sizes[share] / records);
      capital += Math.min(part, most);
    }
    return capital;
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(first);
    out.writeLong(since);
    for (int share = 0; share < KEY_SHARES; share++) {
      Counts.write(out, sizes[share]);
      for (int level = 0; level < levels; level++) {
        Counts.write(out, lows[share * levels + level]);
      }
    }
  }

  void read(DataInput in) throws IOException {
    begin(in.readLong(), in.readLong());
    for (int share = 0; share < KEY_SHARES; share++) {
      sizes[share] = Counts.read(in);
      records += sizes[share];
      for (int level = 0; level < levels; level++) {
        int count = Counts.read(in);
        lows[share * levels + level] = count;
        totals[level] += count;
      }
    }
  }
}
