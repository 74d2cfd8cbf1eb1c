package io.lowtide.cli.alerts;

import io.lowtide.kafka.alert.Printable;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeKind;
import java.util.Locale;

/** Episodes as text. */
final class EpisodePrinter {

  private EpisodePrinter() {}

  /** One line for a person. */
  static String line(Episode episode) {
    return String.format(
        Locale.ROOT,
        "%-8s  %s  %s  %s  (%s)",
        episode.getChange(),
        episode.getFirstSeen().equals(episode.getLastSeen())
            ? episode.getFirstSeen()
            : episode.getFirstSeen() + " to " + episode.getLastSeen(),
        subject(episode),
        Printable.of(episode.getSummary()),
        Printable.of(episode.getId()));
  }

  /** The key, or what stands in its place. */
  private static String subject(Episode episode) {
    if (episode.getKind() == EpisodeKind.UNSCORABLE) {
      return "records without a score";
    }
    return episode.getKey() == null ? "no key" : Printable.of(episode.getKey());
  }
}
