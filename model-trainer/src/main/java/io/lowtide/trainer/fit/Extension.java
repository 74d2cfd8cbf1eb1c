package io.lowtide.trainer.fit;

import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.TrainingEngine;
import java.util.Locale;
import java.util.Optional;

/**
 * When a fit goes on for another {@link Round}: as long as the last one made the validation records
 * more probable by more than {@value #LEAST_GAIN} nats, beyond the standard error, and all rounds
 * together are within a budget of work. The work is counted in floating-point operations, and never
 * by a clock, so that the same seed, data and engine give the same model. A round that makes scores
 * dearer than {@value #MOST_EVALUATIONS} times those of the first one is undone.
 *
 * @param seconds budget, in nominal seconds of the engine; 0: one round
 * @param nominalSpeed of the engine, in floating-point operations a second
 */
record Extension(double seconds, double nominalSpeed) {

  /** Nats of a validation record, below which a round is not worth its time. */
  static final double LEAST_GAIN = 0.01;

  static final double MOST_EVALUATIONS = 1.25;

  /** Nominal speed from which further rounds are cheap. */
  private static final double FAST = 5e11;

  /** Nominal seconds that go unasked into a fit on such an engine. */
  static final int UNASKED_SECONDS = 10;

  /** The divergence takes about what the field takes, and a multiplication has its addition. */
  private static final int OPERATIONS_PER_PARAMETER = 4;

  /** An evaluation of field, divergence and all their cotangents, in evaluations of the former. */
  private static final int ADJOINT = 3;

  /** What to do after a round, and why. */
  record Verdict(boolean goesOn, boolean undone, String reason) {}

  /** One round. */
  static Extension none() {
    return new Extension(0, 1);
  }

  /** The budget of somebody who states none. */
  static double unaskedSeconds(TrainingEngine engine) {
    return engine.nominalSpeed() >= FAST ? UNASKED_SECONDS : 0;
  }

  /** Floating-point operations of so many evaluations for so many records each. */
  static double operations(
      FieldShape shape, int records, double forwardEvaluations, double backwardEvaluations) {
    return (double) OPERATIONS_PER_PARAMETER
        * shape.parameterCount()
        * records
        * (forwardEvaluations + ADJOINT * backwardEvaluations);
  }

  /** Whether there may be more than one round. */
  boolean isAsked() {
    return seconds > 0;
  }

  /**
   * After the one round of a fit that has no other.
   *
   * @param ended why it was ended before its time
   */
  Verdict notAsked(Optional<String> ended) {
    return stop(ended.orElse("further ones are not asked for"));
  }

  /**
   * Decides.
   *
   * @param round that is over
   * @param gain of its best parameters over those that it began with
   * @param evaluations of a validation record after the first round and after this one
   * @param work floating-point operations of all rounds
   * @param ended why this one was ended before its time
   */
  Verdict after(
      Round round,
      Validated.Gain gain,
      Evaluations evaluations,
      double work,
      Optional<String> ended) {
    if (evaluations.now() > MOST_EVALUATIONS * evaluations.first()) {
      return new Verdict(
          false,
          true,
          text(
              "round %d undone: a validation record takes %.1f evaluations, more than %.2f times %.1f",
              round.number(), evaluations.now(), MOST_EVALUATIONS, evaluations.first()));
    }
    if (ended.isPresent()) {
      return stop(ended.get());
    }
    String gained =
        text(
            "the last one gained %.4f nats a record, standard error %.4f",
            gain.mean(), gain.standardError());
    // Not a number where a validation failed.
    if (!(gain.mean() - gain.standardError() > LEAST_GAIN)) {
      return stop(text("%s: not %.2f beyond it", gained, LEAST_GAIN));
    }
    // The next one takes as long as all before.
    double needed = 2 * work / nominalSpeed;
    if (needed > seconds) {
      return stop(
          text(
              "%s, but another would make it %.3g nominal seconds, of extension.seconds %.3g",
              gained, needed, seconds));
    }
    return new Verdict(true, false, gained);
  }

  /**
   * Mean evaluations of the field for a validation record.
   *
   * @param first after the first round
   * @param now after the last one
   */
  record Evaluations(double first, double now) {}

  private static Verdict stop(String reason) {
    return new Verdict(false, false, reason);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
