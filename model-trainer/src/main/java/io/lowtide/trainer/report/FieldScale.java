package io.lowtide.trainer.report;

import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureTransform;

/**
 * The scale that the model sees a field on, which is the one to draw it on: T of
 * io.lowtide.density.feature.FeatureEncoder.
 *
 * @param transform which
 * @param shift its shift, in the units of the field
 * @param width its scale, in the units of the field, positive
 */
public record FieldScale(FeatureTransform transform, double shift, double width) {

  /** As the values are. */
  public static final FieldScale LINEAR = new FieldScale(FeatureTransform.IDENTITY, 0, 1);

  static FieldScale of(ContinuousFeature feature) {
    return new FieldScale(
        feature.getTransform(), feature.getTransformShift(), feature.getTransformScale());
  }

  /** Whether equal steps are equal steps of the values. */
  public boolean isLinear() {
    return transform == FeatureTransform.IDENTITY;
  }

  /** Where a value is on the scale; not finite outside of its domain. */
  public double of(double value) {
    return switch (transform) {
      case IDENTITY -> value;
      case LOG -> Math.log(value + shift);
      case ASINH -> {
        double ratio = (value - shift) / width;
        yield Math.copySign(Math.log(Math.abs(ratio) + Math.hypot(1, ratio)), ratio);
      }
    };
  }
}
