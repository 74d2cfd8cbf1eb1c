package io.lowtide.stream.config;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The page that people watch the stream on.
 *
 * @param serving where it is served
 * @param connections pages that may be open at once, at least 1
 * @param scoresPerSecond scores that are read for them in a second, at most
 * @param hosts names that browsers may ask for it under, besides those of loopback
 */
public record PageSettings(
    Serving serving, int connections, int scoresPerSecond, List<String> hosts) {

  /** Where the page is served: it shows keys and values of records. */
  public enum Serving {
    /** Where the endpoint can be reached from this machine alone. */
    LOOPBACK,
    /** Wherever the endpoint listens. */
    ALWAYS,
    /** Nowhere. */
    NEVER;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Serving of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }

    static String[] texts() {
      return Stream.of(values()).map(Serving::text).toArray(String[]::new);
    }
  }

  /**
   * Whether the page is served.
   *
   * @param onLoopback whether the endpoint can be reached from this machine alone
   */
  public boolean isServed(boolean onLoopback) {
    return serving == Serving.ALWAYS || serving == Serving.LOOPBACK && onLoopback;
  }
}
