package io.lowtide.trainer.retrain;

import io.lowtide.kafka.settings.Validators;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;

/** Checks and readings of values that only retraining has. */
public final class RetrainValidators {

  private static final String DURATION =
      "a duration such as PT1H, P7D or 30m, above zero and at most "
          + Validators.LONGEST_DURATION_TEXT;
  private static final String DURATION_OR_COUNT =
      "a duration such as P7D, PT12H, 24h or 30m, at most "
          + Validators.LONGEST_DURATION_TEXT
          + "; or a number of records";

  private static final String INSTANT = "a time such as 2026-03-01T00:00:00Z, or empty";

  private static final Pattern SHORT = Pattern.compile("(\\d{1,9})\\s*([smhdw])");

  private RetrainValidators() {}

  static Validator durationOrCount() {
    return LambdaValidator.with(
        (name, value) -> {
          String text = value.toString();
          if (count(text).isEmpty() && !isDuration(text)) {
            throw new ConfigException(name, value, "expected " + DURATION_OR_COUNT);
          }
        },
        () -> DURATION_OR_COUNT);
  }

  static Validator anyDuration() {
    return LambdaValidator.with(
        (name, value) -> {
          if (!isDuration(value.toString())) {
            throw new ConfigException(name, value, "expected " + DURATION);
          }
        },
        () -> DURATION);
  }

  static Validator instantOrEmpty() {
    return LambdaValidator.with(
        (name, value) -> {
          try {
            if (!value.toString().isEmpty()) {
              Instant.parse(value.toString());
            }
          } catch (DateTimeParseException e) {
            throw new ConfigException(name, value, "expected " + INSTANT);
          }
        },
        () -> INSTANT);
  }

  /** Any text; whether it names something shows when it is looked for. */
  static Validator text(String expectation) {
    return LambdaValidator.with((name, value) -> {}, () -> expectation);
  }

  /** A number of records, from 1. */
  static OptionalLong count(String text) {
    return text.matches("\\d{1,18}") && Long.parseLong(text) > 0
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  private static boolean isDuration(String text) {
    try {
      duration(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * A duration of up to a century, in ISO 8601 or as a number with s, m, h, d or w behind it;
   * months and years have no length.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Duration duration(String text) {
    Duration found;
    Matcher plain = SHORT.matcher(text.strip().toLowerCase(Locale.ROOT));
    try {
      if (plain.matches()) {
        long number = Long.parseLong(plain.group(1));
        found =
            switch (plain.group(2)) {
              case "s" -> Duration.ofSeconds(number);
              case "m" -> Duration.ofMinutes(number);
              case "h" -> Duration.ofHours(number);
              case "d" -> Duration.ofDays(number);
              default -> Duration.ofDays(7 * number);
            };
      } else if (text.toUpperCase(Locale.ROOT).endsWith("W")) {
        found = ofWeeks(text);
      } else {
        found = Duration.parse(text);
      }
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new IllegalArgumentException("\"" + text + "\", expected " + DURATION, e);
    }
    if (found.isNegative() || found.isZero() || found.compareTo(Validators.LONGEST_DURATION) > 0) {
      throw new IllegalArgumentException("\"" + text + "\", expected " + DURATION);
    }
    return found;
  }

  private static Duration ofWeeks(String text) {
    Period period = Period.parse(text);
    if (period.toTotalMonths() != 0) {
      throw new DateTimeParseException("months and years have no length", text, 0);
    }
    return Duration.ofDays(period.getDays());
  }
}
