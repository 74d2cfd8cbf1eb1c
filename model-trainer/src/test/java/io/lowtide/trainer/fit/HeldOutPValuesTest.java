package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HeldOutPValuesTest {

  @Test
  void shouldRankAmongTheCalibrationRecords() {
    HeldOutPValues held =
        HeldOutPValues.of(new double[] {Double.NEGATIVE_INFINITY, 2, 9}, new double[] {4, 1, 2, 3});
    assertThat(held.sorted()).containsExactly(0.2, 0.6, 1);
    assertThat(held.calibrationRecords()).isEqualTo(4);
    assertThat(held.shareAtMost(0.6)).isCloseTo(2.0 / 3, within(1e-12));
  }

  @Test
  void shouldBeUniformOfRecordsThatAreAlike() {
    Random random = new Random(2);
    HeldOutPValues held =
        HeldOutPValues.of(random.doubles(3_000).toArray(), random.doubles(3_000).toArray())
            .and(
                HeldOutPValues.of(
                    random.doubles(3_000).toArray(), random.doubles(2_000).toArray()));
    assertThat(held.sorted()).hasSize(6_000).isSorted();
    assertThat(held.calibrationRecords()).isEqualTo(2_000);
    for (double p = 0.1; p < 1; p += 0.1) {
      assertThat(held.shareAtMost(p)).isCloseTo(p, within(0.04));
    }
  }
}
