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

  @Test
  void shouldTakeBlanksAndPointsForNoDifference() {
    CategoryLevels plain = new CategoryLevels(List.of("RUN", "1", "2.5"));
    assertThat(plain.of("RUN   ")).isZero();
    assertThat(plain.of(new Utf8(" RUN\u00a0"))).isZero();
    assertThat(plain.of("1.0")).isEqualTo(1);
    assertThat(plain.of(1.0f)).isEqualTo(1);
    assertThat(plain.of("2.50")).isEqualTo(2);
  }

  @Test
  void shouldKnowTruthValuesByAnyOfTheirWords() {
    CategoryLevels truth = new CategoryLevels(List.of("0", "1"));
    assertThat(truth.of(true)).isEqualTo(1);
    assertThat(truth.of("no")).isZero();
    assertThat(new CategoryLevels(List.of("yes", "no")).of(false)).isEqualTo(1);
    assertThat(new CategoryLevels(List.of("t", "f")).of(1)).isZero();
    // A code that has other values, too, is none.
    assertThat(new CategoryLevels(List.of("t", "f", "m")).of(true))
        .isEqualTo(FeatureInput.UNKNOWN_LEVEL);
    assertThat(truth.of("maybe")).isEqualTo(FeatureInput.UNKNOWN_LEVEL);
  }
}
