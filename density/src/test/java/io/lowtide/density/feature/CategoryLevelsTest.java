package io.lowtide.density.feature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;

class CategoryLevelsTest {

  private final CategoryLevels levels =
      new CategoryLevels(List.of("1.0", "True", "007", "red", "2", "2.0"));

  @Test
  void shouldCompareNumbersAndTruthValuesByTheirMeaning() {
    assertThat(levels.of(1)).isZero();
    assertThat(levels.of(1.0)).isZero();
    assertThat(levels.of(true)).isEqualTo(1);
    assertThat(levels.of(7L)).isEqualTo(2);
    assertThat(levels.of(2.0)).isEqualTo(4);
    assertThat(levels.of(false)).isEqualTo(FeatureInput.UNKNOWN_LEVEL);
  }

  @Test
  void shouldCompareTextsAsTheyAre() {
    assertThat(levels.of("red")).isEqualTo(3);
    assertThat(levels.of(new Utf8("red"))).isEqualTo(3);
    assertThat(levels.of("green")).isEqualTo(FeatureInput.UNKNOWN_LEVEL);
    assertThat(levels.of("2.0")).isEqualTo(5);
    assertThat(levels.of("Red")).isEqualTo(FeatureInput.UNKNOWN_LEVEL);
  }

  @Test
  void shouldReadWhatAFileWroteAsText() {
    assertThat(levels.of("1")).isZero();
    assertThat(levels.of("TRUE")).isEqualTo(1);
    assertThat(levels.of("2.0")).isEqualTo(5);
    assertThat(levels.of("green")).isEqualTo(FeatureInput.UNKNOWN_LEVEL);
  }

  @Test
  void shouldTellWhatCannotBeACategory() {
    assertThat(levels.of(List.of(1))).isNaN();
  }
}
