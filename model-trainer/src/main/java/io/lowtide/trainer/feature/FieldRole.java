package io.lowtide.trainer.feature;

import io.lowtide.schemas.FeatureTransform;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a field is taken for. */
public sealed interface FieldRole {

  /**
   * A number that is scored.
   *
   * @param transform how it is transformed; empty: as its values ask for
   * @param resolution step between its values, 0 for none; empty: as its values show
   * @param smoothing standard deviation of the noise added in training, in standardised units;
   *     empty: the setting for all
   */
  record Continuous(
      Optional<FeatureTransform> transform, OptionalDouble resolution, OptionalDouble smoothing)
      implements FieldRole {

    /** All of it inferred. */
    public static Continuous inferred() {
      return new Continuous(Optional.empty(), OptionalDouble.empty(), OptionalDouble.empty());
    }
  }

  /** A category that is scored. */
  record Categorical() implements FieldRole {}

  /** A number that records are judged under. */
  record ContextNumber() implements FieldRole {}

  /** A category that records are judged under. */
  record ContextCategory() implements FieldRole {}

  /**
   * A time that records are judged under.
   *
   * @param period in seconds, positive
   */
  record Cycle(double period) implements FieldRole {}

  /**
   * The number that the field had some records before under the same key, which records are judged
   * under.
   *
   * @param records how many before, at least 1
   */
  record Lag(int records) implements FieldRole {}

  /** Nothing. */
  record Ignored() implements FieldRole {}
}
