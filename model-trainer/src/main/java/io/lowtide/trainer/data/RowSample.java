package io.lowtide.trainer.data;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Keeps rows while their source is read: all of them, or of each stratum as many as its quota,
 * those whose identities hash lowest (bottom-k sampling; Cohen and Kaplan 2007), a uniform sample
 * without replacement that does not depend on the order of reading. Memory goes with what is kept,
 * not with what is read.
 */
final class RowSample {

  private static final int FIRST_CAPACITY = 64;

  private final Strata strata;
  private final long seed;
  private final Stratum[] kept;

  RowSample(Strata strata, long seed) {
    this.strata = strata;
    this.seed = seed;
    this.kept = new Stratum[strata.quotas().length];
    Arrays.setAll(kept, i -> new Stratum(strata.quotas()[i]));
  }

  static RowSample everything() {
    return new RowSample(Strata.single(Integer.MAX_VALUE), 0);
  }

  /** Whether a row would be kept, as far as is known by now. */
  boolean wants(RowOrigin origin) {
    return kept[strata.of(origin.time())].wants(priority(origin));
  }

  /** Keeps a copy of a row if it is wanted. */
  void offer(double[] row, RowOrigin origin) {
    kept[strata.of(origin.time())].offer(row, priority(origin), origin.time(), origin.number());
  }

  private long priority(RowOrigin origin) {
    return mix(mix(seed + 0x9E3779B97F4A7C15L) ^ origin.identity());
  }

  /** Of SplitMix64 (Steele, Lea and Flood 2014). */
  static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /**
   * What was kept, by time, and as it was read where times are the same.
   *
   * @param rows the rows
   * @param numbers number of each row in the order of reading, from 0
   */
  record Kept(double[][] rows, int[] numbers) {}

  Kept kept() {
    int size = Arrays.stream(kept).mapToInt(stratum -> stratum.size).sum();
    double[][] rows = new double[size][];
    long[] times = new long[size];
    int[] numbers = new int[size];
    int at = 0;
    for (Stratum stratum : kept) {
      System.arraycopy(stratum.rows, 0, rows, at, stratum.size);
      System.arraycopy(stratum.times, 0, times, at, stratum.size);
      System.arraycopy(stratum.numbers, 0, numbers, at, stratum.size);
      at += stratum.size;
    }
    int[] order =
        IntStream.range(0, size)
            .boxed()
            .sorted(
                (one, other) -> {
                  int byTime = Long.compare(times[one], times[other]);
                  return byTime != 0 ? byTime : Integer.compare(numbers[one], numbers[other]);
                })
            .mapToInt(Integer::intValue)
            .toArray();
    double[][] ordered = new double[size][];
    int[] orderedNumbers = new int[size];
    for (int i = 0; i < size; i++) {
      ordered[i] = rows[order[i]];
      orderedNumbers[i] = numbers[order[i]];
    }
    return new Kept(ordered, orderedNumbers);
  }

  /** The rows of one stratum: a heap with the highest priority, the next to go, on top. */
  private static final class Stratum {

    private final int quota;
    private double[][] rows = new double[FIRST_CAPACITY][];
    private long[] priorities = new long[FIRST_CAPACITY];
    private long[] times = new long[FIRST_CAPACITY];
    private int[] numbers = new int[FIRST_CAPACITY];
    private int size;

    Stratum(int quota) {
      this.quota = quota;
    }

    boolean wants(long priority) {
      return size < quota || quota > 0 && priority < priorities[0];
    }

    void offer(double[] row, long priority, long time, int number) {
      if (size < quota) {
        if (size == rows.length) {
          grow();
        }
        set(size, row.clone(), priority, time, number);
        size++;
        // Without a limit nothing ever goes, and the order is that of reading.
        if (quota < Integer.MAX_VALUE) {
          up(size - 1);
        }
      } else if (wants(priority)) {
        System.arraycopy(row, 0, rows[0], 0, row.length);
        set(0, rows[0], priority, time, number);
        down();
      }
    }

    private void set(int at, double[] row, long priority, long time, int number) {
      rows[at] = row;
      priorities[at] = priority;
      times[at] = time;
      numbers[at] = number;
    }

    private void grow() {
      int capacity = (int) Math.min(quota, 2L * size);
      rows = Arrays.copyOf(rows, capacity);
      priorities = Arrays.copyOf(priorities, capacity);
      times = Arrays.copyOf(times, capacity);
      numbers = Arrays.copyOf(numbers, capacity);
    }

    private void up(int from) {
      int child = from;
      while (child > 0 && priorities[child] > priorities[(child - 1) / 2]) {
        swap(child, (child - 1) / 2);
        child = (child - 1) / 2;
      }
    }

    private void down() {
      int parent = 0;
      while (true) {
        int largest = parent;
        for (int child = 2 * parent + 1; child <= 2 * parent + 2 && child < size; child++) {
          if (priorities[child] > priorities[largest]) {
            largest = child;
          }
        }
        if (largest == parent) {
          return;
        }
        swap(parent, largest);
        parent = largest;
      }
    }

    private void swap(int one, int other) {
      double[] row = rows[one];
      long priority = priorities[one];
      long time = times[one];
      int number = numbers[one];
      set(one, rows[other], priorities[other], times[other], numbers[other]);
      set(other, row, priority, time, number);
    }
  }
}
