package io.lowtide.density.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.MixedFeatures;
import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.FeatureSpecification;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValueLayoutTest {

  private final ValueLayout layout = new ValueLayout(2, 1, 3, 2);

  @Test
  void shouldGiveEachValueAPlaceOfItsOwn() {
    assertThat(layout.indexOfConstant(0)).isEqualTo(2);
    assertThat(layout.numbers()).isEqualTo(3);
    assertThat(layout.indexOfCategory(0)).isEqualTo(3);
    assertThat(layout.indexOfCategory(2)).isEqualTo(5);
    assertThat(layout.scoredSize()).isEqualTo(6);
    assertThat(layout.indexOfContextFeature(0)).isEqualTo(6);
    assertThat(layout.indexOfContextFeature(1)).isEqualTo(7);
    assertThat(layout.size()).isEqualTo(8);
  }

  @Test
  void shouldCopyTheNumbersAlone() {
    double[] values = {1.5, Double.NaN, 7, 0, -1, 2, 3600, 4};
    assertThat(layout.copyOfNumbers(values)).containsExactly(1.5, Double.NaN, 7);
  }

  @Test
  void shouldSayWhereTheInputsOfAnEncoderAre() {
    FeatureSpecification mixed = MixedFeatures.specification();
    FeatureEncoder encoder =
        new FeatureEncoder(
            FeatureSpecification.newBuilder(mixed)
                .setConstants(List.of(new ConstantFeature("line", 7.0, 0.001)))
                .build());
    List<FeatureInput> inputs = encoder.inputs();
    ValueLayout layout = encoder.layout();
    assertThat(inputs).hasSize(layout.size());
    assertThat(inputs.get(0).column()).isEqualTo("amount");
    assertThat(inputs.get(1).column()).isEqualTo("delay");
    assertThat(inputs.get(layout.indexOfConstant(0)).column()).isEqualTo("line");
    assertThat(inputs.get(layout.indexOfCategory(0)).column()).isEqualTo("colour");
    assertThat(inputs.get(layout.indexOfContextFeature(0)).column()).isEqualTo("at");
    assertThat(inputs.get(layout.indexOfContextFeature(3)).column()).isEqualTo("amount [2 before]");
  }
}
