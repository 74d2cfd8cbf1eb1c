package io.lowtide.trainer.fit;

import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureTransform;

/**
 * A number that is standardised as it comes: what a test needs where the feature is not its matter.
 */
final class StandardFeature {

  private StandardFeature() {}

  /** Every field that has a default in the schema has it. */
  static ContinuousFeature.Builder of(String name, double minimum, double maximum) {
    return ContinuousFeature.newBuilder()
        .setName(name)
        .setTransform(FeatureTransform.IDENTITY)
        .setLocation(0)
        .setScale(1)
        .setMinimum(minimum)
        .setMaximum(maximum);
  }
}
