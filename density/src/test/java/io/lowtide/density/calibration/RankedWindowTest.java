package io.lowtide.density.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankedWindowTest {

  /** Scores of few different values, so that many are equal. */
  @Test
  void shouldCountTheLastScoresAsAPlainListDoes() {
    Random random = new Random(5);
    for (int capacity : new int[] {1, 2, 7, 100}) {
      RankedWindow window = new RankedWindow(capacity);
      List<Double> plain = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        double score = random.nextInt(40) - i / 100.0;
        window.add(score);
        plain.add(score);
        if (plain.size() > capacity) {
          plain.remove(0);
        }
        double asked = random.nextInt(40) - i / 100.0;
        assertThat(window.size()).isEqualTo(plain.size());
        assertThat(window.countAtMost(asked))
            .isEqualTo((int) plain.stream().filter(known -> known <= asked).count());
        int rank = random.nextInt(plain.size());
        assertThat(window.ofRank(rank))
            .isEqualTo(plain.stream().sorted().skip(rank).findFirst().orElseThrow());
      }
    }
  }

  @Test
  void shouldStayFlatWhenScoresComeInOrder() {
    RankedWindow window = new RankedWindow(100_000);
    for (int i = 0; i < 300_000; i++) {
      window.add(-i);
    }
    assertThat(window.countAtMost(-250_000)).isEqualTo(50_000);
    assertThat(window.ofRank(0)).isEqualTo(-299_999);
  }
}
