package io.lowtide.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.schemas.FeatureTransform;
import org.junit.jupiter.api.Test;

class SpanTest {

  @Test
  void shouldFindThePartThatAPointIsIn() {
    Span span = new Span(-1, 3);
    assertThat(span.part(-1, 8)).isZero();
    assertThat(span.part(0.4, 8)).isEqualTo(2);
    assertThat(span.part(2.99, 8)).isEqualTo(7);
    assertThat(span.part(3, 8)).isEqualTo(-1);
    assertThat(span.part(-1.01, 8)).isEqualTo(-1);
  }

  /** Newer records may have values that the scale of the model does not reach. */
  @Test
  void shouldPutWhatTheScaleDoesNotReachInNoPart() {
    FieldScale scale = new FieldScale(FeatureTransform.LOG, 0, 1);
    Span span = Span.of(scale, 0, new double[] {-5, 0, 1, 10});
    assertThat(span.part(scale.of(-5), 8)).isEqualTo(-1);
    assertThat(span.part(scale.of(0), 8)).isEqualTo(-1);
    assertThat(span.part(scale.of(1), 8)).isZero();
  }
}
