package io.lowtide.trainer.feature;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.TimeReading;
import io.lowtide.kafka.settings.NearestName;
import io.lowtide.schemas.DateOrder;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.feature.FieldRole.Categorical;
import io.lowtide.trainer.feature.FieldRole.ContextCategory;
import io.lowtide.trainer.feature.FieldRole.ContextNumber;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Cycle;
import io.lowtide.trainer.feature.FieldRole.Ignored;
import io.lowtide.trainer.feature.FieldRole.Lag;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Roles as a person writes them: {@code continuous [identity|log|asinh] [resolution R] [smoothing
 * S] [difference]}, {@code categorical}, {@code context number}, {@code context category}, {@code
 * cycle hour|day|week|SECONDS [ZONE] [day-first|month-first]}, {@code lag N}, {@code ignore};
 * several of a field separated by commas.
 */
final class FieldRoleText {

  private static final Map<String, Double> PERIODS =
      Map.of("hour", 3_600.0, "day", 86_400.0, "week", 604_800.0);

  private static final Map<String, DateOrder> ORDERS =
      Map.of("day-first", DateOrder.DAY_FIRST, "month-first", DateOrder.MONTH_FIRST);

  private static final List<String> ROLES =
      List.of("continuous", "categorical", "context", "cycle", "lag", "ignore");

  private final String field;
  private final String text;
  private final Deque<String> words;

  private FieldRoleText(String field, String text) {
    this.field = field;
    this.text = text;
    this.words = new ArrayDeque<>(Arrays.asList(text.trim().split("\\s+")));
  }

  /**
   * @param field name of the field, for messages
   * @throws DataException if it is no role
   */
  static List<FieldRole> parse(String field, String text) {
    return Arrays.stream(text.split(","))
        .map(part -> new FieldRoleText(field, part).role())
        .toList();
  }

  private FieldRole role() {
    String kind = next("a role");
    FieldRole role =
        switch (kind) {
          case "continuous" -> continuous();
          case "categorical" -> new Categorical();
          case "context" -> context(next("number or category"));
          case "cycle" -> cycle(period(next("hour, day, week or a number of seconds")));
          case "lag" -> new Lag(lag(next("how many records before")));
          case "ignore" -> new Ignored();
          default ->
              throw wrong(
                  "did you mean \"" + NearestName.of(kind, ROLES) + "\"? There are " + ROLES);
        };
    if (!words.isEmpty()) {
      throw wrong("\"" + words.peek() + "\" is one word too many");
    }
    return role;
  }

  private Continuous continuous() {
    Optional<FeatureTransform> transform = Optional.empty();
    OptionalDouble resolution = OptionalDouble.empty();
    OptionalDouble smoothing = OptionalDouble.empty();
    boolean difference = false;
    while (!words.isEmpty()) {
      String word = words.remove();
      switch (word) {
        case "identity", "log", "asinh" ->
            transform = Optional.of(FeatureTransform.valueOf(word.toUpperCase(Locale.ROOT)));
        case "difference" -> difference = true;
        case "resolution" -> resolution = OptionalDouble.of(atLeastZero(next("a number")));
        case "smoothing" -> smoothing = OptionalDouble.of(atLeastZero(next("a number")));
        default ->
            throw wrong(
                "expected identity, log, asinh, resolution, smoothing or difference in the place of"
                    + " \""
                    + word
                    + "\"");
      }
    }
    return new Continuous(transform, resolution, smoothing, difference);
  }

  private FieldRole cycle(double period) {
    String zone = "";
    DateOrder order = DateOrder.UNSTATED;
    while (!words.isEmpty()) {
      String word = words.remove();
      if (ORDERS.containsKey(word)) {
        order = ORDERS.get(word);
      } else if (zone.isEmpty()) {
        zone = word;
      } else {
        throw wrong("\"" + word + "\" is one word too many");
      }
    }
    try {
      TimeReading.of(zone, order);
    } catch (IllegalArgumentException e) {
      throw wrong(
          "expected a time zone like Europe/Berlin, day-first or month-first in the place"
              + " of \""
              + zone
              + "\"");
    }
    return new Cycle(period, zone, order);
  }

  private FieldRole context(String kind) {
    return switch (kind) {
      case "number" -> new ContextNumber();
      case "category" -> new ContextCategory();
      default -> throw wrong("expected \"context number\" or \"context category\"");
    };
  }

  private double period(String word) {
    double period = PERIODS.containsKey(word) ? PERIODS.get(word) : atLeastZero(word);
    if (period == 0) {
      throw wrong("expected a period above 0");
    }
    return period;
  }

  private int lag(String word) {
    double lag = atLeastZero(word);
    if (lag < 1 || lag > FeatureInput.MOST_LAG || lag != Math.rint(lag)) {
      throw wrong("expected a whole number from 1 to " + FeatureInput.MOST_LAG);
    }
    return (int) lag;
  }

  private double atLeastZero(String word) {
    try {
      double value = Double.parseDouble(word);
      if (value >= 0 && value < Double.POSITIVE_INFINITY) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw wrong("expected a number of at least 0 in the place of \"" + word + "\"");
  }

  private String next(String expected) {
    String word = words.poll();
    if (word == null || word.isEmpty()) {
      throw wrong("expected " + expected);
    }
    return word;
  }

  private DataException wrong(String expected) {
    return new DataException("field \"" + field + "\": role \"" + text.trim() + "\": " + expected);
  }

  /** A role in the words that {@link #parse} reads. */
  static String of(FieldRole role) {
    if (role instanceof Continuous continuous) {
      return "continuous"
          + continuous.transform().map(t -> " " + t.name().toLowerCase(Locale.ROOT)).orElse("")
          + option("resolution", continuous.resolution())
          + option("smoothing", continuous.smoothing())
          + (continuous.difference() ? " difference" : "");
    }
    if (role instanceof Cycle cycle) {
      return "cycle "
          + PERIODS.entrySet().stream()
              .filter(period -> period.getValue() == cycle.period())
              .map(Map.Entry::getKey)
              .findFirst()
              .orElse(String.valueOf(cycle.period()))
          + (cycle.zone().isEmpty() ? "" : " " + cycle.zone())
          + ORDERS.entrySet().stream()
              .filter(order -> order.getValue() == cycle.dateOrder())
              .map(order -> " " + order.getKey())
              .findFirst()
              .orElse("");
    }
    if (role instanceof Lag lag) {
      return "lag " + lag.records();
    }
    if (role instanceof ContextNumber) {
      return "context number";
    }
    if (role instanceof ContextCategory) {
      return "context category";
    }
    return role instanceof Categorical ? "categorical" : "ignore";
  }

  private static String option(String name, OptionalDouble value) {
    return value.isPresent() ? " " + name + " " + value.getAsDouble() : "";
  }
}
