package io.lowtide.density.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** The records since the last block of evidence. */
final class OpenBlock {

  private final int[] counts;
  private final byte[] written;
  private final int bins;
  private long since;
  private int records;

  OpenBlock(int levels) {
    this.bins = levels + 1;
    this.counts = new int[EvidenceWindow.KEY_SHARES * bins];
    this.written = new byte[Counts.LONGEST * counts.length];
  }

  /**
   * Counts a record.
   *
   * @param levelsBelow number of levels that its p-value is above
   * @param share of the keys that its key is of
   * @param time in milliseconds since 1970
   */
  void add(int levelsBelow, int share, long time) {
    if (records == 0 || since == DriftWatch.NOT_YET) {
      since = time;
    }
    counts[share * bins + levelsBelow]++;
    records++;
  }

  void clear() {
    Arrays.fill(counts, 0);
    records = 0;
  }

  /** Records by share of the keys and, within it, by the number of levels below the p-value. */
  int[] counts() {
    return counts;
  }

  int records() {
    return records;
  }

  /** When the first record came. */
  long since() {
    return since;
  }

  /**
   * Records with a p-value of at most each level.
   *
   * @param sums receives them, one for each level
   */
  void atMost(long[] sums) {
    Arrays.fill(sums, 0);
    for (int share = 0; share < EvidenceWindow.KEY_SHARES; share++) {
      for (int level = 0; level < sums.length; level++) {
        sums[level] += counts[share * bins + level];
      }
    }
    for (int level = 1; level < sums.length; level++) {
      sums[level] += sums[level - 1];
    }
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(since);
    int length = 0;
    for (int count : counts) {
      length = Counts.put(count, written, length);
    }
    out.write(written, 0, length);
  }

  void read(DataInput in) throws IOException {
    since = in.readLong();
    records = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = Counts.read(in);
      records += counts[i];
    }
  }
}
