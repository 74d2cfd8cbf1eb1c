package io.lowtide.density.likelihood;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.StandardFeature;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiscreteTermsTest {

  private static DiscreteTerms terms(double constant) {
    ContinuousFeature number = StandardFeature.of("x", 0, 1).build();
    return new DiscreteTerms(
        new FeatureEncoder(
            new FeatureSpecification(
                List.of(number),
                List.of(),
                List.of(),
                List.of(new ConstantFeature("gain", constant, 0.01)),
                List.of())));
  }

  @Test
  void shouldKnowAConstantInSinglePrecision() {
    DiscreteTerms terms = terms(0.1);
    double unchanged = Math.log1p(-0.01);
    assertThat(terms.ofConstant(0, 0.1)).isEqualTo(unchanged);
    assertThat(terms.ofConstant(0, 0.1f)).isEqualTo(unchanged);
    assertThat(terms.ofConstant(0, 0.1000001)).isEqualTo(Math.log(0.01));
  }

  @Test
  void shouldTellWholeNumbersApartThatSinglePrecisionDoesNot() {
    assertThat(terms(16_777_217).ofConstant(0, 16_777_216)).isEqualTo(Math.log(0.01));
  }
}
