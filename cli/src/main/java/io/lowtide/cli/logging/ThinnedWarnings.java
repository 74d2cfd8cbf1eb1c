package io.lowtide.cli.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.lowtide.kafka.fault.FaultText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;
import org.slf4j.helpers.FormattingTuple;
import org.slf4j.helpers.MessageFormatter;

/**
 * Makes few lines of the many that a library writes while something is away: of its warnings and
 * errors the first of each kind is written, and then one a minute that tells how many there were. A
 * kind is a message but for its numbers and the client in brackets at its head. Each is one line:
 * of an exception what it says and its first cause. What the library repeats of an exception of
 * Lowtide's own is not written, since the part that threw it says what becomes of it.
 */
public final class ThinnedWarnings extends TurboFilter {

  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final int MOST_KINDS = 500;
  private static final int DEEPEST_CAUSE = 16;
  private static final String OWN_TYPES = "io.lowtide.";
  private static final Marker WRITTEN = MarkerFactory.getMarker("lowtide-thinned");
  private static final Pattern CLIENT = Pattern.compile("^(\\[[^\\]]*\\] )+");
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private final LongSupplier clock;
  private final List<String> loggers = new ArrayList<>();
  private final List<String> normal = new ArrayList<>();
  private final Map<String, Kind> kinds = new ConcurrentHashMap<>();

  private static final class Kind {
    private long written;
    private int since;
  }

  /** For Logback, which goes on with the setters. */
  public ThinnedWarnings() {
    this(System::nanoTime);
  }

  ThinnedWarnings(LongSupplier clock) {
    this.clock = clock;
  }

  /** Thins out the loggers whose names start with this. */
  public void addLoggers(String prefix) {
    loggers.add(prefix);
  }

  /** Messages that contain this are normal, whatever their level: they are not written. */
  public void addNormal(String text) {
    normal.add(text);
  }

  @Override
  public FilterReply decide(
      Marker marker,
      Logger logger,
      Level level,
      String format,
      Object[] parameters,
      Throwable fault) {
    if (format == null
        || level.levelInt < Level.WARN_INT
        || marker == WRITTEN
        || level.levelInt < logger.getEffectiveLevel().levelInt
        || loggers.stream().noneMatch(logger.getName()::startsWith)) {
      return FilterReply.NEUTRAL;
    }
    FormattingTuple event = MessageFormatter.arrayFormat(format, parameters);
    String message = event.getMessage();
    // Without an exception of its own, the last argument may be one.
    Throwable thrown = fault == null ? event.getThrowable() : fault;
    if (isOfOurs(thrown) || normal.stream().anyMatch(message::contains)) {
      return FilterReply.DENY;
    }
    int before = countedBefore(logger.getName(), message);
    if (before >= 0) {
      write(logger, level, message, thrown, before);
    }
    return FilterReply.DENY;
  }

  private static boolean isOfOurs(Throwable thrown) {
    Throwable cause = thrown;
    for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
      if (cause.getClass().getName().startsWith(OWN_TYPES)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  /** How many of its kind were not written since the last one; -1 if this is not to be either. */
  private int countedBefore(String logger, String message) {
    if (kinds.size() > MOST_KINDS) {
      kinds.clear();
    }
    String text = NUMBER.matcher(CLIENT.matcher(message).replaceFirst("")).replaceAll("#");
    Kind[] fresh = new Kind[1];
    Kind kind = kinds.computeIfAbsent(logger + ' ' + text, unused -> fresh[0] = new Kind());
    long now = clock.getAsLong();
    synchronized (kind) {
      if (kind != fresh[0] && now - kind.written < INTERVAL.toNanos()) {
        kind.since++;
        return -1;
      }
      int before = kind.since;
      kind.since = 0;
      kind.written = now;
      return before;
    }
  }

  private static void write(
      Logger logger, Level level, String message, Throwable thrown, int before) {
    StringBuilder line = new StringBuilder(message.lines().findFirst().orElse(""));
    if (thrown != null) {
      line.append(": ").append(FaultText.oneLine(thrown));
    }
    if (before > 0) {
      line.append(" (and ").append(before).append(" more like this since the last)");
    }
    logger.log(
        WRITTEN,
        ThinnedWarnings.class.getName(),
        Level.toLocationAwareLoggerInteger(level),
        line.toString(),
        null,
        null);
  }
}
