package io.lowtide.density.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.StandardFeature;
import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.CategoryLevel;
import io.lowtide.schemas.ConditionalProbabilities;
import io.lowtide.schemas.FeatureSpecification;
import java.util.List;
import org.junit.jupiter.api.Test;

class CategoryParentTest {

  private static CategoricalFeature category(
      String name, String parent, List<ConditionalProbabilities> tables) {
    return new CategoricalFeature(
        name,
        List.of(new CategoryLevel("a", 0.6), new CategoryLevel("b", 0.3)),
        0.1,
        0.0,
        0,
        parent,
        tables);
  }

  private static FeatureEncoder encoder(CategoricalFeature... categories) {
    return new FeatureEncoder(
        new FeatureSpecification(
            List.of(StandardFeature.of("amount", -3, 3).build()),
            List.of(categories),
            List.of(),
            List.of(),
            List.of()));
  }

  private static List<ConditionalProbabilities> table(Double... probabilities) {
    return List.of(new ConditionalProbabilities(List.of(probabilities)));
  }

  @Test
  void shouldKnowTheParentOfEachCategory() {
    FeatureEncoder encoder =
        encoder(
            category("country", null, List.of()),
            category("currency", "country", table(0.1, 0.8, 0.1, 0.0)));
    assertThat(encoder.parentOf(0)).isEqualTo(FeatureEncoder.NO_PARENT);
    assertThat(encoder.parentOf(1)).isZero();
  }

  @Test
  void shouldRefuseParentsThatCannotBe() {
    assertThatThrownBy(() -> encoder(category("currency", "country", List.of())))
        .hasMessage("feature \"currency\": parent \"country\", expected a categorical feature");
    assertThatThrownBy(() -> encoder(category("x", "y", List.of()), category("y", "x", List.of())))
        .hasMessage("feature \"x\": its parents form a circle, expected a forest");
    assertThatThrownBy(
            () ->
                encoder(
                    category("x", null, List.of()), category("y", "x", table(0.1, 0.7, 0.1, 0.0))))
        .hasMessageContaining("feature \"y\": givenParent that sums to 0.")
        .hasMessageContaining("expected 1");
    assertThatThrownBy(
            () -> encoder(category("x", null, List.of()), category("y", "x", table(0.1, 0.8, 0.1))))
        .hasMessage("feature \"y\": givenParent of 3 probabilities, expected 4");
  }
}
