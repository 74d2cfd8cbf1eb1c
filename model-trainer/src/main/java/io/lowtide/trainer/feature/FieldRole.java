package io.lowtide.trainer.feature;

import io.lowtide.density.feature.TimeReading;
import io.lowtide.schemas.DateOrder;
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
   * @param difference whether its change since the record before under the same key is scored in
   *     its place
   */
  record Continuous(
      Optional<FeatureTransform> transform,
      OptionalDouble resolution,
      OptionalDouble smoothing,
      boolean difference)
      implements FieldRole {

    /** All of it inferred. */
    public static Continuous inferred() {
      return new Continuous(
          Optional.empty(), OptionalDouble.empty(), OptionalDouble.empty(), false);
    }

    /** Its change, all of it inferred. */
    public static Continuous change() {
      return new Continuous(Optional.empty(), OptionalDouble.empty(), OptionalDouble.empty(), true);
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
   * @param zone identifier of the zone whose wall-clock time it is; empty: UTC
   * @param dateOrder of dates like 03/04/2026
   */
  record Cycle(double period, String zone, DateOrder dateOrder) implements FieldRole {

    /** In UTC. */
    public Cycle(double period) {
      this(period, "", DateOrder.UNSTATED);
    }

    /** How the values of the field are read. */
    public TimeReading times() {
      return TimeReading.of(zone, dateOrder);
    }
  }

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
