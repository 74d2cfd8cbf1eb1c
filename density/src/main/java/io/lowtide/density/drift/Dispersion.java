package io.lowtide.density.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * How much more the shares of low p-values differ between neighbouring stretches of the stream than
 * those of independent records would: the mean square of the difference in units of its binomial
 * variance, over stretches of several lengths, the largest of which counts. Records that depend on
 * those before show in it, a change of the stream only once. It is learned from the stream itself.
 */
final class Dispersion {

  /** Lengths of stretches in blocks are the powers of two below this one. */
  private static final int SCALES = 5;

  /** Differences that the mean is over, more or less. */
  private static final int HORIZON = 128;

  /** Differences of independent records that it begins with. */
  private static final int PRIOR = 8;

  /** A square of so many times the mean is a change of the stream rather. */
  private static final double LARGEST = 9;

  /** Less is what independent records show by chance. */
  private static final double UNREMARKABLE = 1.4;

  private final int levels;
  private final long[] sums;
  private final Scale[] scales = new Scale[SCALES];

  /** Stretches of one length. */
  private static final class Scale {

    final int length;
    final long[] atMost;
    final double[] before;
    final double[] mean;
    int blocks;
    long records;
    long recordsBefore;
    long differences;

    Scale(int length, int levels) {
      this.length = length;
      this.atMost = new long[levels];
      this.before = new double[levels];
      this.mean = new double[levels];
      Arrays.fill(mean, 1);
    }

    void add(long[] sums, int more) {
      records += more;
      for (int level = 0; level < atMost.length; level++) {
        atMost[level] += sums[level];
      }
      blocks++;
      if (blocks == length) {
        end();
      }
    }

    private void end() {
      if (recordsBefore > 0) {
        differences++;
      }
      double weight = 1.0 / Math.min(differences + PRIOR, HORIZON);
      for (int level = 0; level < atMost.length; level++) {
        double share = (double) atMost[level] / records;
        if (recordsBefore > 0) {
          double square = Math.min(LARGEST * mean[level], square(share, before[level]));
          mean[level] += weight * (square - mean[level]);
        }
        before[level] = share;
        atMost[level] = 0;
      }
      recordsBefore = records;
      records = 0;
      blocks = 0;
    }

    private double square(double share, double shareBefore) {
      double both = records + recordsBefore;
      // Half a record more of each kind, so that there is a variance.
      double pooled = (share * records + shareBefore * recordsBefore + 0.5) / (both + 1);
      double variance = pooled * (1 - pooled) * (1.0 / records + 1.0 / recordsBefore);
      double difference = share - shareBefore;
      return difference * difference / variance;
    }

    void write(DataOutput out) throws IOException {
      out.writeInt(blocks);
      out.writeLong(records);
      out.writeLong(recordsBefore);
      out.writeLong(differences);
      for (int level = 0; level < atMost.length; level++) {
        out.writeLong(atMost[level]);
        out.writeDouble(before[level]);
        out.writeDouble(mean[level]);
      }
    }

    void read(DataInput in) throws IOException {
      blocks = in.readInt();
      records = in.readLong();
      recordsBefore = in.readLong();
      differences = in.readLong();
      for (int level = 0; level < atMost.length; level++) {
        atMost[level] = in.readLong();
        before[level] = in.readDouble();
        mean[level] = in.readDouble();
      }
    }
  }

  Dispersion(int levels) {
    this.levels = levels;
    this.sums = new long[levels];
    for (int scale = 0; scale < SCALES; scale++) {
      scales[scale] = new Scale(1 << scale, levels);
    }
  }

  /**
   * By how much evidence is to be divided.
   *
   * @param factors receives one for each level, at least 1
   */
  void divisors(double[] factors) {
    for (int level = 0; level < levels; level++) {
      double largest = 0;
      for (Scale scale : scales) {
        largest = Math.max(largest, scale.mean[level]);
      }
      factors[level] = largest <= UNREMARKABLE ? 1 : largest;
    }
  }

  /** Learns from a block. */
  void add(OpenBlock block) {
    block.atMost(sums);
    for (Scale scale : scales) {
      scale.add(sums, block.records());
    }
  }

  void write(DataOutput out) throws IOException {
    for (Scale scale : scales) {
      scale.write(out);
    }
  }

  void read(DataInput in) throws IOException {
    for (Scale scale : scales) {
      scale.read(in);
    }
  }
}
