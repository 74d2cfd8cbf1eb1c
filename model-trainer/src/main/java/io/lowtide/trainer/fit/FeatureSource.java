package io.lowtide.trainer.fit;

import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.feature.FeatureInference;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.feature.FieldRole;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Cycle;
import io.lowtide.trainer.feature.TimeColumn;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Measures features on the records that are fitted to, as the plan and the whole of the data have
 * them: which fields may be missing is known of all records, so that those held out fit, too.
 */
final class FeatureSource {

  private final FeaturePlan plan;
  private final Set<String> optional = new HashSet<>();
  private final Optional<FeatureSpecification> known;

  /**
   * @param plan what each field is taken for
   * @param all every training record
   */
  FeatureSource(FeaturePlan plan, Table all) {
    this(plan, all, Optional.empty());
  }

  /**
   * @param plan what each field is taken for
   * @param all every training record
   * @param known the specification, where it is not to be measured
   */
  FeatureSource(FeaturePlan plan, Table all, Optional<FeatureSpecification> known) {
    this.known = known;
    this.plan = plan;
    for (int index = 0; index < all.columns().size(); index++) {
      if (Arrays.stream(all.column(index)).anyMatch(Double::isNaN)) {
        optional.add(all.columns().get(index));
      }
    }
    plan.roles()
        .forEach(
            (field, roles) -> {
              if (roles.stream().anyMatch(role -> lacksTimes(all, field, role))) {
                optional.add(field);
              }
            });
  }

  /** A text that is no time, where most are, stands for a time that is not known. */
  private static boolean lacksTimes(Table all, String field, FieldRole role) {
    return role instanceof Cycle cycle
        && all.isText(field)
        && TimeColumn.of(all, field, cycle.times()).unreadable() > 0;
  }

  /**
   * The specification by the records that are fitted to.
   *
   * @param smoothing standard deviation of the noise where the plan does not say
   */
  FeatureSpecification of(Table fitted, double smoothing) {
    return known.orElseGet(() -> FeatureInference.infer(plan, fitted, optional, smoothing));
  }

  /**
   * The same specification with another noise where the plan does not say.
   *
   * @param features as {@link #of} measured them
   * @param smoothing standard deviation of that noise
   */
  FeatureSpecification withSmoothing(FeatureSpecification features, double smoothing) {
    return new FeatureSpecification(
        features.getContinuous().stream()
            .map(feature -> isStated(feature) ? feature : smoothed(feature, smoothing))
            .toList(),
        features.getCategorical(),
        features.getContext(),
        features.getConstants(),
        features.getMissingTexts());
  }

  private static ContinuousFeature smoothed(ContinuousFeature feature, double smoothing) {
    return new ContinuousFeature(
        feature.getName(),
        feature.getTransform(),
        feature.getTransformShift(),
        feature.getTransformScale(),
        feature.getLocation(),
        feature.getScale(),
        feature.getResolution(),
        smoothing,
        feature.getMinimum(),
        feature.getMaximum(),
        feature.getMissingProbability(),
        feature.getMissingOffset(),
        feature.getContextWeights(),
        feature.getDifference());
  }

  private boolean isStated(ContinuousFeature feature) {
    return plan.roles().get(feature.getName()).stream()
        .filter(Continuous.class::isInstance)
        .map(Continuous.class::cast)
        .filter(role -> role.difference() == (feature.getDifference() != 0))
        .anyMatch(role -> role.smoothing().isPresent());
  }
}
