package io.lowtide.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowSampleTest {

  @Test
  void shouldKeepEveryRowInItsOrderWhereNoneIsTooMany() {
    RowSample sample = new RowSample(Strata.single(10), 1);
    IntStream.range(0, 10).forEach(row -> offer(sample, row, 0));
    assertThat(sample.kept().numbers()).containsExactly(IntStream.range(0, 10).toArray());
  }

  @Test
  void shouldKeepAsManyAsAskedForEachAsLikelyAsAnyOther() {
    int[] kept = new int[200];
    for (int seed = 0; seed < 2000; seed++) {
      RowSample sample = new RowSample(Strata.single(20), seed);
      IntStream.range(0, kept.length).forEach(row -> offer(sample, row, 0));
      int[] numbers = sample.kept().numbers();
      assertThat(numbers).hasSize(20).doesNotHaveDuplicates().isSorted();
      Arrays.stream(numbers).forEach(number -> kept[number]++);
    }
    // 200 of each are expected; chance gives one a deviation of 13.4.
    assertThat(Arrays.stream(kept).min().orElseThrow()).isGreaterThan(140);
    assertThat(Arrays.stream(kept).max().orElseThrow()).isLessThan(260);
  }

  @Test
  void shouldKeepTheSameRowsWhateverTheOrderOfReading() {
    RowSample forwards = new RowSample(Strata.single(25), 7);
    RowSample backwards = new RowSample(Strata.single(25), 7);
    IntStream.range(0, 500).forEach(row -> offer(forwards, row, row));
    IntStream.range(0, 500).map(row -> 499 - row).forEach(row -> offer(backwards, row, row));
    assertThat(backwards.kept().rows()).isDeepEqualTo(forwards.kept().rows());
  }

  @Test
  void shouldKeepOtherRowsForAnotherSeed() {
    RowSample one = new RowSample(Strata.single(25), 1);
    RowSample other = new RowSample(Strata.single(25), 2);
    IntStream.range(0, 500).forEach(row -> offer(one, row, 0));
    IntStream.range(0, 500).forEach(row -> offer(other, row, 0));
    assertThat(one.kept().numbers()).isNotEqualTo(other.kept().numbers());
  }

  @Test
  void shouldCopyARowThatItKeeps() {
    RowSample sample = new RowSample(Strata.single(2), 1);
    double[] scratch = new double[1];
    for (int row = 0; row < 50; row++) {
      scratch[0] = row;
      sample.offer(scratch, origin(row, 0));
    }
    RowSample.Kept kept = sample.kept();
    for (int i = 0; i < 2; i++) {
      assertThat(kept.rows()[i][0]).isEqualTo(kept.numbers()[i]);
    }
  }

  @Test
  void shouldTakeEquallyManyOfEachSliceOfTimeAsFarAsItHasThem() {
    TreeMap<Long, Long> counts = new TreeMap<>();
    counts.put(0L, 10_000L);
    counts.put(60_000L, 10L);
    counts.put(120_000L, 5_000L);
    Strata strata = Strata.ofTime(counts, 60_000, 1_000);
    assertThat(strata.quotas()).containsExactly(495, 10, 495);
    RowSample sample = new RowSample(strata, 3);
    int number = 0;
    for (var count : counts.entrySet()) {
      for (int i = 0; i < count.getValue(); i++) {
        offer(sample, number++, count.getKey() + i % 60_000);
      }
    }
    assertThat(sample.kept().rows()).hasDimensions(1_000, 1);
  }

  @Test
  void shouldCutALongTimeIntoNoMoreThanTwoHundredSlices() {
    TreeMap<Long, Long> counts = new TreeMap<>();
    for (long minute = 0; minute < 100_000; minute++) {
      counts.put(minute * 60_000, 3L);
    }
    Strata strata = Strata.ofTime(counts, 60_000, 10_000);
    assertThat(strata.quotas().length).isBetween(150, 200);
    assertThat((double) Arrays.stream(strata.quotas()).sum()).isCloseTo(10_000, within(0.0));
  }

  private static void offer(RowSample sample, int number, long time) {
    sample.offer(new double[] {number}, origin(number, time));
  }

  private static RowOrigin origin(int number, long time) {
    return new RowOrigin() {
      @Override
      public int number() {
        return number;
      }

      @Override
      public long identity() {
        return number;
      }

      @Override
      public long time() {
        return time;
      }

      @Override
      public double key() {
        return 0;
      }

      @Override
      public boolean isMarked() {
        return false;
      }

      @Override
      public String place() {
        return "row " + number;
      }
    };
  }
}
