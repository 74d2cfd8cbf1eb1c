package io.lowtide.quickstart.demo;

import io.lowtide.quickstart.traffic.LabelledRecord;
import io.lowtide.stream.metrics.LatencyQuantiles;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;

/**
 * The table that ends the demo.
 *
 * @param sent messages sent
 * @param tally what became of them
 * @param alertsPublished alerts on the alerts topic
 * @param alertsSuppressed alerts withheld as repeats of their key
 * @param episodes episodes that the anomalies were folded into
 * @param worsened times that one of them got worse
 * @param budget false-alarm budget in force
 * @param streamingSeconds from the first message sent to the last one accounted for
 * @param trainingSeconds training, validation and calibration
 * @param latency score latency
 * @param evaluationsPerScore mean evaluations of the vector field
 */
record DemoReport(
    long sent,
    Tally tally,
    long alertsPublished,
    long alertsSuppressed,
    long episodes,
    long worsened,
    double budget,
    double streamingSeconds,
    double trainingSeconds,
    LatencyQuantiles latency,
    double evaluationsPerScore) {

  void print(PrintWriter out) {
    Locale locale = Locale.ROOT;
    out.println();
    out.printf(locale, "records in        %,10d%n", sent);
    out.printf(locale, "  scored          %,10d%n", tally.scored());
    out.printf(locale, "  dead-lettered   %,10d%n", tally.deadLettered());
    long lost = sent - tally.scored() - tally.deadLettered();
    out.printf(locale, "  unaccounted for %,10d%n", lost);
    out.printf(locale, "flagged           %,10d%n", tally.flagged());
    out.printf(
        locale,
        "  alerts          %,10d   (%,d more were repeats of their key and withheld)%n",
        alertsPublished,
        alertsSuppressed);
    out.printf(
        locale,
        "  episodes        %,10d   (got worse %,d times; a message each)%n",
        episodes,
        worsened);
    out.println();
    out.printf("%-28s %10s %10s   %s%n", "kind of record", "scored", "flagged", "recall");
    for (Map.Entry<String, Tally.Count> entry : tally.counts().entrySet()) {
      Tally.Count count = entry.getValue();
      if (count.scored > 0) {
        out.printf(
            locale,
            "%-28s %,10d %,10d   %s%n",
            entry.getKey(),
            count.scored,
            count.flagged,
            rate(entry.getKey(), count));
      }
    }
    out.println();
    out.printf(locale, "training          %10.1f s%n", trainingSeconds);
    out.printf(
        locale,
        "throughput        %,10.0f records/s over %.1f s, exactly once%n",
        sent / streamingSeconds,
        streamingSeconds);
    out.printf(
        locale,
        "score latency     p50 %s, p99 %s; %.1f evaluations of the field per score%n",
        LatencyText.of(latency.median()),
        LatencyText.of(latency.percentile99()),
        evaluationsPerScore);
  }

  private String rate(String kind, Tally.Count count) {
    double percent = 100.0 * count.flagged / count.scored;
    return kind.equals(LabelledRecord.NORMAL)
        ? String.format(Locale.ROOT, "false alarms %.2f %% (budget %.2f %%)", percent, 100 * budget)
        : String.format(Locale.ROOT, "%.1f %%", percent);
  }
}
