package io.lowtide.kafka.settings;

import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.serialization.Serde;

/** Checks of single values. What they expect appears in errors and in the documentation. */
public final class Validators {

  /** {@link #LONGEST_DURATION} as a person writes it. */
  public static final String LONGEST_DURATION_TEXT = "P36500D";

  /** Longer ones are taken for a mistake; twice as long, it is still within the clocks' range. */
  public static final Duration LONGEST_DURATION = Duration.parse(LONGEST_DURATION_TEXT);

  private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}");

  private static final Pattern HOST = Pattern.compile("[a-zA-Z0-9._-]+|\\[?[0-9a-fA-F:]+\\]?");

  private Validators() {}

  /** A name that Kafka takes for a topic of its users. */
  public static Validator topic() {
    return expecting("a topic name, none of Kafka's own", Validators::isTopicOfUsers);
  }

  /** The same, or nothing. */
  public static Validator topicOrEmpty() {
    return expecting(
        "a topic name, none of Kafka's own, or empty",
        value -> "".equals(value) || isTopicOfUsers(value));
  }

  /** A list of topics, at least one. */
  public static Validator topics() {
    return expecting(
        "topic names, separated by commas, none of Kafka's own",
        value -> {
          List<?> topics = (List<?>) value;
          return !topics.isEmpty() && topics.stream().allMatch(Validators::isTopicOfUsers);
        });
  }

  /** A list of topics, which may be empty. */
  public static Validator topicsOrNone() {
    return expecting(
        "topic names, separated by commas, none of Kafka's own, or empty",
        value ->
            ((List<?>) value)
                .stream().allMatch(topic -> "".equals(topic) || isTopicOfUsers(topic)));
  }

  /** A name that can be part of topic and file names. */
  public static Validator identifier() {
    return expecting("letters, digits, '.', '_' and '-'", Validators::isTopic);
  }

  /** The same, or nothing. */
  public static Validator identifierOrEmpty() {
    return expecting(
        "letters, digits, '.', '_' and '-', or empty", value -> "".equals(value) || isTopic(value));
  }

  /** Name of a field, of which dots descend into nested records, or nothing. */
  public static Validator fieldOrEmpty() {
    return expecting("a field, or empty", value -> isFieldOrEmpty(value.toString().strip()));
  }

  /** Anything but blanks. */
  public static Validator notEmpty() {
    return expecting("not empty", value -> !value.toString().isBlank());
  }

  /** A share between 0 and 1, if there is one. */
  public static Validator probabilityOrNothing() {
    return expecting(
        "between 0 and 1, or empty", value -> (Double) value > 0 && (Double) value < 1);
  }

  /** A share above 0, up to all. */
  public static Validator share() {
    return expecting("above 0, at most 1", value -> (Double) value > 0 && (Double) value <= 1);
  }

  /** A positive, finite number, if there is one. */
  public static Validator positive() {
    return expecting(
        "a positive number, or empty",
        value -> (Double) value > 0 && (Double) value < Double.POSITIVE_INFINITY);
  }

  /** A finite number from 0, if there is one. */
  public static Validator notNegative() {
    return expecting(
        "a number, at least 0, or empty",
        value -> (Double) value >= 0 && (Double) value < Double.POSITIVE_INFINITY);
  }

  /**
   * A positive number, if there is one.
   *
   * @param atMost the largest
   */
  public static Validator positive(int atMost) {
    return expecting(
        "above 0, at most " + atMost + ", or empty",
        value -> (Double) value > 0 && (Double) value <= atMost);
  }

  /** A class that Kafka can make a Serde of. */
  public static Validator serde() {
    return expecting(
        "a class that implements Serde, with a public constructor without arguments",
        value -> {
          Class<?> type = (Class<?>) value;
          return Serde.class.isAssignableFrom(type)
              && !Modifier.isAbstract(type.getModifiers())
              && Arrays.stream(type.getConstructors()).anyMatch(c -> c.getParameterCount() == 0);
        });
  }

  /**
   * A duration, a century at most.
   *
   * @param atLeast the shortest one
   */
  public static Validator duration(Duration atLeast) {
    return expecting(
        "an ISO-8601 duration such as PT5M, from " + atLeast + " to " + LONGEST_DURATION_TEXT,
        value -> {
          try {
            Duration duration = Duration.parse(value.toString());
            return duration.compareTo(atLeast) >= 0 && duration.compareTo(LONGEST_DURATION) <= 0;
          } catch (DateTimeParseException e) {
            return false;
          }
        });
  }

  /** A list of whole numbers from 1, at least one. */
  public static Validator positiveIntegers() {
    return expecting(
        "positive whole numbers, separated by commas",
        value -> {
          List<?> numbers = (List<?>) value;
          return !numbers.isEmpty() && numbers.stream().allMatch(Validators::isPositiveInteger);
        });
  }

  /** A list of host names or addresses, without ports, or nothing. */
  public static Validator hostsOrEmpty() {
    return expecting(
        "host names without ports, separated by commas, or empty",
        value ->
            ((List<?>) value).stream().allMatch(host -> HOST.matcher(host.toString()).matches()));
  }

  private static boolean isPositiveInteger(Object text) {
    try {
      return Integer.parseInt(text.toString().strip()) > 0;
    } catch (NumberFormatException noNumber) {
      return false;
    }
  }

  private static boolean isTopic(Object value) {
    return TOPIC.matcher(value.toString()).matches();
  }

  /** What Kafka itself writes is no record of anybody's, and it takes none there. */
  private static boolean isTopicOfUsers(Object value) {
    return isTopic(value) && !Topic.isInternal(value.toString());
  }

  private static boolean isFieldOrEmpty(String text) {
    return text.isEmpty() || Stream.of(text.split("\\.", -1)).noneMatch(String::isBlank);
  }

  private static Validator expecting(String expectation, Predicate<Object> valid) {
    return LambdaValidator.with(
        (name, value) -> {
          // A missing value is null here: whether one may be missing is not this check's business.
          if (value != null && !valid.test(value)) {
            throw new ConfigException(name, value, "expected " + expectation);
          }
        },
        () -> expectation);
  }
}
