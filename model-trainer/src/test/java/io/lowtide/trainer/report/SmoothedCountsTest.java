package io.lowtide.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SmoothedCountsTest {

  private static final int GRID = 60;

  /** Cells of a Gaussian in the middle. */
  private static List<Integer> gaussian(int count, double deviation) {
    Random random = new Random(3);
    List<Integer> cells = new ArrayList<>();
    while (cells.size() < count) {
      int column = (int) Math.floor(GRID / 2.0 + deviation * random.nextGaussian());
      int row = (int) Math.floor(GRID / 2.0 + deviation * random.nextGaussian());
      if (column >= 0 && column < GRID && row >= 0 && row < GRID) {
        cells.add(row * GRID + column);
      }
    }
    return cells;
  }

  @Test
  void shouldSumToOneAndHoldItsShares() {
    SmoothedCounts smoothed = SmoothedCounts.of(GRID, gaussian(4_000, 6));
    assertThat(Arrays.stream(smoothed.density()).sum()).isCloseTo(1, within(1e-9));
    double level = smoothed.level(0.9);
    assertThat(Arrays.stream(smoothed.density()).filter(value -> value >= level).sum())
        .isCloseTo(0.9, within(0.01));
    // Of a Gaussian in two dimensions the densest 90 % are a disc of radius 2.146 deviations.
    long cells = Arrays.stream(smoothed.density()).filter(value -> value >= level).count();
    double radius = 2.146 * Math.hypot(6, smoothed.width());
    assertThat((double) cells).isCloseTo(Math.PI * radius * radius, within(0.06 * cells));
  }

  @Test
  void shouldSmoothLessWhereThereAreMorePoints() {
    assertThat(SmoothedCounts.of(GRID, gaussian(20_000, 6)).width())
        .isLessThan(SmoothedCounts.of(GRID, gaussian(200, 6)).width());
  }

  @Test
  void shouldSmoothNarrowDensitiesLess() {
    assertThat(SmoothedCounts.of(GRID, gaussian(2_000, 2)).width())
        .isLessThan(SmoothedCounts.of(GRID, gaussian(2_000, 9)).width());
  }
}
