package io.lowtide.cli.alerts;

import io.lowtide.cli.OptionException;
import io.lowtide.kafka.topic.StartingPoint;
import io.lowtide.schemas.SeverityLevel;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Options that say which of a topic's messages are printed, and how. */
final class ReadingOptions {

  private static final String BEGINNING = "beginning";
  private static final String END = "end";

  @Option(
      names = "--from",
      paramLabel = "WHERE",
      defaultValue = BEGINNING,
      description =
          "Where to begin: beginning, end, a time (2026-03-01T12:00:00Z, or 2026-03-01 for its"
              + " midnight in UTC), or a duration before now (PT1H). With a time or a duration"
              + " nothing dated before is printed. Default: ${DEFAULT-VALUE}.")
  private String from;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description = "Print nothing dated at or after this; as for --from.")
  private String until;

  @Option(names = "--follow", description = "Wait for more at the end, until interrupted.")
  private boolean follow;

  @Option(names = "--json", description = "One JSON object per line.")
  private boolean json;

  @Option(names = "--limit", paramLabel = "N", description = "End after printing this many.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--severity",
      paramLabel = "LEVEL",
      description = "Print this level and above: LOW, MEDIUM, HIGH, CRITICAL.")
  private String severity;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "Print this key only; * stands for any text. May be repeated: any of them.")
  private List<String> keys = new ArrayList<>();

  @Option(
      names = "--field",
      paramLabel = "FIELD",
      description =
          "Print what this field is among the strongest of; may be repeated: any of them.")
  private List<String> fields = new ArrayList<>();

  @Option(names = "--detector", paramLabel = "NAME", description = "Print this detector only.")
  private String detector;

  boolean follow() {
    return follow;
  }

  boolean json() {
    return json;
  }

  /**
   * How many to print at most.
   *
   * @throws OptionException if it is negative
   */
  long limit() {
    if (limit < 0) {
      throw new OptionException("--limit: " + limit + ", expected at least 0");
    }
    return limit;
  }

  /**
   * Where to begin.
   *
   * @throws OptionException if it is not as expected
   */
  StartingPoint start(Clock clock) {
    return switch (from.toLowerCase(Locale.ROOT)) {
      case BEGINNING -> new StartingPoint.Beginning();
      case END -> new StartingPoint.End();
      default -> new StartingPoint.At(time("--from", from, clock, "beginning, end, "));
    };
  }

  /**
   * What is to be printed.
   *
   * @throws OptionException if an option is not as expected
   */
  MessageFilter filter(Clock clock) {
    Instant first = start(clock) instanceof StartingPoint.At at ? at.time() : Instant.MIN;
    Instant end = until == null ? Instant.MAX : time("--until", until, clock, "");
    return new MessageFilter(
        first,
        end,
        Optional.ofNullable(severity).map(ReadingOptions::level),
        keys.stream().map(ReadingOptions::pattern).toList(),
        List.copyOf(fields),
        Optional.ofNullable(detector));
  }

  private static SeverityLevel level(String text) {
    try {
      return SeverityLevel.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw new OptionException(
          "--severity: "
              + text
              + ", expected one of "
              + Arrays.stream(SeverityLevel.values())
                  .map(SeverityLevel::name)
                  .collect(Collectors.joining(", ")));
    }
  }

  private static Pattern pattern(String key) {
    return Pattern.compile(
        Arrays.stream(key.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")),
        Pattern.DOTALL);
  }

  private static Instant time(String option, String text, Clock clock, String others) {
    try {
      if (text.startsWith("P")) {
        return clock.instant().minus(Duration.parse(text));
      }
      return text.contains("T")
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    } catch (DateTimeException | ArithmeticException unreadable) {
      throw new OptionException(
          option
              + ": "
              + text
              + ", expected "
              + others
              + "a time such as 2026-03-01T12:00:00Z, a date such as 2026-03-01, or a duration"
              + " before now such as PT1H");
    }
  }
}
