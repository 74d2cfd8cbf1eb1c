package io.lowtide.benchmarks.faults;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * What a run showed.
 *
 * @param acknowledged records that the broker acknowledged
 * @param inSource records in the source topic
 * @param disturbed how they ended under faults
 * @param undisturbed how they ended in a second pass without any
 * @param recoveries by fault, seconds until each partition had a score again
 * @param mishaps of the network, by the kind of request
 */
record FaultReport(
    long acknowledged,
    long inSource,
    Ends disturbed,
    Ends undisturbed,
    Map<Fault, List<Double>> recoveries,
    Map<ApiKeys, Integer> mishaps) {

  /** Records that have no end. */
  long missing() {
    return inSource - disturbed.size();
  }

  /** Whether nothing was lost or doubled, and nothing differs from the pass without faults. */
  boolean isClean() {
    return inSource == acknowledged
        && missing() == 0
        && undisturbed.size() == inSource
        && disturbed.doubled() == 0
        && disturbed.differencesFrom(undisturbed) == 0;
  }

  void print(PrintWriter out) {
    say(out, "%n%-32s %,10d   (acknowledged: %,d)", "records in", inSource, acknowledged);
    say(out, "%-32s %,10d", "  scored", disturbed.scored());
    disturbed
        .deadLetters()
        .forEach((reason, count) -> say(out, "%-32s %,10d", "  dead-lettered, " + reason, count));
    say(out, "%-32s %,10d", "  unaccounted for", missing());
    say(out, "%-32s %,10d", "told of more than once", disturbed.doubled());
    disturbed.doubles().forEach(what -> say(out, "  %s", what));
    if (!disturbed.readTwice().isEmpty()) {
      say(out, "%-32s %,10d", "read twice at one offset", disturbed.readTwice().size());
      disturbed.readTwice().forEach(what -> say(out, "  %s", what));
    }
    say(out, "%-32s %,10d", "alerts", disturbed.alerts());
    say(out, "%-32s %,10d", "episodes", disturbed.episodes());
    say(out, "%-32s %,10d", "other than without faults", disturbed.differencesFrom(undisturbed));
    if (!mishaps.isEmpty()) {
      say(out, "%n%-32s %10s", "mishaps of the network", "times");
      mishaps.forEach((request, times) -> say(out, "%-32s %,10d", request.name, times));
    }
    say(out, "%n%-32s %10s %10s %10s", "seconds to the next scores", "times", "median", "longest");
    recoveries.forEach(
        (fault, seconds) -> {
          double[] sorted = seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
          say(
              out,
              "%-32s %10d %10.1f %10.1f",
              fault.text,
              sorted.length,
              sorted[sorted.length / 2],
              Arrays.stream(sorted).max().orElse(0));
        });
    say(out, "%n%s", isClean() ? "Nothing lost, nothing doubled, nothing changed." : "NOT CLEAN");
  }

  private static void say(PrintWriter out, String format, Object... arguments) {
    out.printf(Locale.ROOT, format + "%n", arguments);
    out.flush();
  }
}
