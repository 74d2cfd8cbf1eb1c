package io.lowtide.kafka.episode;

import io.lowtide.density.explanation.StrongestFields;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.DetectorState;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeChange;
import io.lowtide.schemas.EpisodeEnd;
import io.lowtide.schemas.EpisodeKind;
import io.lowtide.schemas.EpisodeRecord;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.ReasonCount;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Makes episodes as they are told, each from the one before. */
final class EpisodeTelling {

  private static final int LONGEST_SUMMARY = 1_000;
  private static final int LONGEST_KEY = 4_096;

  static {
    GeneratedClasses.trust();
  }

  private final String detector;

  EpisodeTelling(String detector) {
    this.detector = detector;
  }

  Episode opened(Occurrence.Anomaly anomaly, long silence, DetectorState state) {
    AnomalyAlert alert = anomaly.alert().get();
    Since since = Since.of(anomaly, silence);
    boolean longKey = anomaly.key() != null && anomaly.key().length > LONGEST_KEY;
    EpisodeRecord worst = record(anomaly, alert.getSummary());
    return new Episode(
        anomaly.id(),
        detector,
        EpisodeKind.ANOMALY,
        EpisodeChange.OPENED,
        null,
        longKey ? null : alert.getKey(),
        Instant.ofEpochMilli(since.first()),
        Instant.ofEpochMilli(since.last()),
        since.count(),
        summary(since.count(), since.first(), since.last(), worst),
        worst,
        StrongestFields.of(alert.getContributions()),
        1,
        List.of(),
        anomaly.source(),
        state);
  }

  /**
   * @param explain whether to explain the record even if no alert of it is published
   */
  static Episode joined(
      Episode before, Occurrence.Anomaly anomaly, boolean explain, DetectorState state) {
    boolean explained = explain || anomaly.published();
    AnomalyAlert alert = explained ? anomaly.alert().get() : null;
    EpisodeRecord worst =
        isWorse(anomaly, before.getWorst())
            ? record(anomaly, explained ? alert.getSummary() : null)
            : before.getWorst();
    List<String> fields = before.getFields();
    if (explained) {
      fields =
          fields.stream().filter(StrongestFields.of(alert.getContributions())::contains).toList();
    }
    Instant at = Instant.ofEpochMilli(anomaly.eventTime());
    Instant first = at.isBefore(before.getFirstSeen()) ? at : before.getFirstSeen();
    Instant last = at.isAfter(before.getLastSeen()) ? at : before.getLastSeen();
    long count = before.getCount() + 1;
    return new Episode(
        before.getId(),
        before.getDetector(),
        before.getKind(),
        before.getChange(),
        null,
        before.getKey(),
        first,
        last,
        count,
        summary(count, first.toEpochMilli(), last.toEpochMilli(), worst),
        worst,
        fields,
        before.getExplained() + (explained ? 1 : 0),
        before.getReasons(),
        before.getSource(),
        state);
  }

  /** Where the severity has reached its ceiling, the log-likelihood goes on. */
  private static boolean isWorse(Occurrence.Anomaly next, EpisodeRecord worst) {
    int bySeverity = Double.compare(next.severity(), worst.getSeverity());
    return bySeverity > 0 || (bySeverity == 0 && next.logLikelihood() < worst.getLogLikelihood());
  }

  Episode opened(Occurrence.Unscorable first, PartitionState partition, DetectorState state) {
    Instant at = Instant.ofEpochMilli(first.eventTime());
    Instant since = Instant.ofEpochMilli(Math.min(first.eventTime(), partition.unscorableSince()));
    List<ReasonCount> reasons = List.of(new ReasonCount(first.reason(), 1L));
    return Episode.newBuilder()
        .setId(first.id())
        .setDetector(detector)
        .setKind(EpisodeKind.UNSCORABLE)
        .setChange(EpisodeChange.OPENED)
        .setFirstSeen(since)
        .setLastSeen(at)
        .setCount(1)
        .setSummary(summary(partition, reasons, first.message()))
        .setReasons(reasons)
        .setSource(first.source())
        .setDetectorState(state)
        .build();
  }

  static Episode joined(
      Episode before, Occurrence.Unscorable next, PartitionState partition, DetectorState state) {
    List<ReasonCount> reasons = counted(before.getReasons(), next.reason());
    Instant at = Instant.ofEpochMilli(next.eventTime());
    return Episode.newBuilder(before)
        .setClosedBy(null)
        .setDetectorState(state)
        .setFirstSeen(at.isBefore(before.getFirstSeen()) ? at : before.getFirstSeen())
        .setLastSeen(at.isAfter(before.getLastSeen()) ? at : before.getLastSeen())
        .setCount(before.getCount() + 1)
        .setReasons(reasons)
        .setSummary(summary(partition, reasons, next.message()))
        .build();
  }

  private static List<ReasonCount> counted(List<ReasonCount> before, String reason) {
    List<ReasonCount> after = new ArrayList<>();
    long count = 1;
    for (ReasonCount other : before) {
      if (other.getReason().equals(reason)) {
        count += other.getCount();
      } else {
        after.add(other);
      }
    }
    after.add(new ReasonCount(reason, count));
    after.sort(
        Comparator.comparingLong(ReasonCount::getCount)
            .reversed()
            .thenComparing(ReasonCount::getReason));
    return after;
  }

  static Episode withChange(Episode episode, EpisodeChange change) {
    return told(episode, change, episode.getClosedBy(), episode.getDetectorState());
  }

  static Episode closed(Episode last, EpisodeEnd end, DetectorState state) {
    return told(last, EpisodeChange.CLOSED, end, state);
  }

  /** Shares all else with the episode; a builder copies it to the last string, which takes long. */
  private static Episode told(
      Episode episode, EpisodeChange change, EpisodeEnd closedBy, DetectorState state) {
    return new Episode(
        episode.getId(),
        episode.getDetector(),
        episode.getKind(),
        change,
        closedBy,
        episode.getKey(),
        episode.getFirstSeen(),
        episode.getLastSeen(),
        episode.getCount(),
        episode.getSummary(),
        episode.getWorst(),
        episode.getFields(),
        episode.getExplained(),
        episode.getReasons(),
        episode.getSource(),
        state);
  }

  private static EpisodeRecord record(Occurrence.Anomaly anomaly, String summary) {
    return new EpisodeRecord(
        anomaly.id(),
        anomaly.modelVersion(),
        Instant.ofEpochMilli(anomaly.eventTime()),
        anomaly.logLikelihood(),
        anomaly.pValue(),
        anomaly.severity(),
        anomaly.rarity().level(),
        anomaly.rarity().oneIn(),
        summary == null ? null : shortened(summary),
        anomaly.source());
  }

  private static String summary(long count, long first, long last, EpisodeRecord worst) {
    String told = worst.getSummary() == null ? "" : worst.getSummary();
    if (count == 1) {
      return told;
    }
    return String.format(
        Locale.ROOT,
        "%,d anomalies in %s%s",
        count,
        inWords(Duration.ofMillis(last - first)),
        told.isEmpty() ? "" : "; the worst: " + told);
  }

  private static String summary(
      PartitionState partition, List<ReasonCount> reasons, String message) {
    return shortened(
        String.format(
            Locale.ROOT,
            "%.0f %% of the records have no score, most for %s; the last one: %s",
            100 * partition.unscorableRate(),
            reasons.get(0).getReason(),
            message));
  }

  /** The largest unit that it has two of. */
  private static String inWords(Duration duration) {
    if (duration.toDays() >= 2) {
      return duration.toDays() + " days";
    }
    if (duration.toHours() >= 2) {
      return duration.toHours() + " hours";
    }
    return duration.toMinutes() >= 2
        ? duration.toMinutes() + " minutes"
        : String.format(Locale.ROOT, "%.1f seconds", duration.toMillis() / 1e3);
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_SUMMARY ? text : text.substring(0, LONGEST_SUMMARY) + "...";
  }

  /** How far back an episode goes that was not known to be one until now. */
  private record Since(long first, long last, long count) {

    static Since of(Occurrence.Anomaly anomaly, long silence) {
      long first = anomaly.eventTime();
      long last = first;
      long count = 1;
      List<Long> published = anomaly.before().published();
      boolean wider = true;
      boolean[] taken = new boolean[published.size()];
      while (wider) {
        wider = false;
        for (int i = 0; i < taken.length; i++) {
          long time = published.get(i);
          if (!taken[i] && time >= first - silence && time <= last + silence) {
            taken[i] = true;
            wider = true;
            first = Math.min(first, time);
            last = Math.max(last, time);
            count++;
          }
        }
      }
      boolean withLatest = taken.length > 0 && taken[taken.length - 1];
      return new Since(first, last, withLatest ? count + anomaly.before().withheld() : count);
    }
  }
}
