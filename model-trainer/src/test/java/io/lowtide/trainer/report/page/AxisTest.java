package io.lowtide.trainer.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.schemas.FeatureTransform;
import io.lowtide.trainer.report.FieldScale;
import io.lowtide.trainer.report.Span;
import org.junit.jupiter.api.Test;

class AxisTest {

  @Test
  void shouldTickAtRoundValues() {
    assertThat(Axis.linear(0.13, 0.97, 0, 400).ticks(80)).containsExactly(0.2, 0.4, 0.6, 0.8);
    assertThat(Axis.linear(-12, 31, 0, 400).ticks(80))
        .containsExactly(-10.0, 0.0, 10.0, 20.0, 30.0);
  }

  @Test
  void shouldEndItsTicksWhereAllValuesAreOne() {
    for (double value : new double[] {0, -3, 1e20, -1e300}) {
      Axis axis = Axis.linear(value, value, 0, 400);
      assertThat(axis.ticks(80)).isNotEmpty().hasSizeLessThan(10);
      assertThat(axis.ticks(80)).allSatisfy(t -> assertThat(axis.at(t)).isBetween(-0.1, 400.1));
    }
  }

  @Test
  void shouldPutValuesBetweenItsEnds() {
    Axis axis = Axis.logarithmic(0.01, 1, 100, 300);
    assertThat(axis.at(0.1)).isCloseTo(200, within(1e-9));
    assertThat(axis.within(5)).isEqualTo(300);
    assertThat(axis.ticks(60)).contains(0.01, 0.1, 1.0);
  }

  @Test
  void shouldTickAStretchedScaleAtRoundValuesThatAreApart() {
    FieldScale scale = new FieldScale(FeatureTransform.LOG, 0, 1);
    Axis axis = Axis.of(scale, new Span(Math.log(0.5), Math.log(2_000)), 0, 400);
    assertThat(axis.ticks(60)).contains(1.0, 10.0, 100.0, 1_000.0);
    for (int i = 1; i < axis.ticks(60).size(); i++) {
      assertThat(axis.at(axis.ticks(60).get(i)) - axis.at(axis.ticks(60).get(i - 1)))
          .isGreaterThanOrEqualTo(60);
    }
  }

  @Test
  void shouldTickANarrowPartOfAStretchedScale() {
    FieldScale scale = new FieldScale(FeatureTransform.ASINH, 1_000, 3);
    Axis axis = Axis.of(scale, new Span(scale.of(1_003), scale.of(1_009)), 0, 400);
    assertThat(axis.ticks(60)).hasSizeGreaterThan(1).allMatch(axis::holds);
  }
}
