package io.lowtide.benchmarks.nab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RecalibratedNabDetectorTest {

  @Test
  void shouldRankEachScoreAmongThoseBeforeIt() {
    double[] scores = new double[45];
    Arrays.setAll(scores, row -> row < 3 ? 99 : row % 4);
    scores[40] = 2.5;
    scores[42] = 7;
    double[] ranks = RecalibratedNabDetector.ranks(scores, 3);
    assertThat(Arrays.copyOf(ranks, 33)).containsOnly(0);
    // Of the 37 rows 3 to 39, ten scored 3.
    assertThat(ranks[40]).isCloseTo(-Math.log10(11.0 / 38), within(1e-12));
    // None of the 39 rows 3 to 41 scored as much; the highest was 3.
    assertThat(ranks[42]).isCloseTo(-Math.log10(1.0 / 40) + (7.0 - 3) / (3 + 1), within(1e-12));
  }

  @Test
  void shouldNotLookAtLaterRows() {
    double[] scores = new double[200];
    Arrays.setAll(scores, row -> Math.abs(Math.sin(row)) * 5);
    double[] changed = scores.clone();
    Arrays.fill(changed, 120, 200, 1_000);
    assertThat(Arrays.copyOf(RecalibratedNabDetector.ranks(changed, 20), 120))
        .isEqualTo(Arrays.copyOf(RecalibratedNabDetector.ranks(scores, 20), 120));
  }
}
