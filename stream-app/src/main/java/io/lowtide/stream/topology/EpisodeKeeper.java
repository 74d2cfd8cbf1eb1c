package io.lowtide.stream.topology;

import io.lowtide.density.scoring.ScoreOutcome;
import io.lowtide.density.suppression.SuppressionState;
import io.lowtide.kafka.episode.EpisodeBook;
import io.lowtide.kafka.episode.EpisodeMemory;
import io.lowtide.kafka.episode.EpisodePlan;
import io.lowtide.kafka.episode.EpisodeSettings;
import io.lowtide.kafka.episode.Occurrence;
import io.lowtide.kafka.episode.PartitionState;
import io.lowtide.schemas.DetectorState;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.stream.deadletter.DeadLetters;
import io.lowtide.stream.deadletter.UnscorableRecordException;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.detection.RecordJudge;
import io.lowtide.stream.detection.Verdict;
import io.lowtide.stream.metrics.StreamMetrics;
import io.lowtide.stream.store.AlertMemory;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Follows what the records of one task mean for episodes: each in two steps, {@link #after} before
 * anything is sent about the record and {@link #adopt} with it. Belongs to one task.
 */
final class EpisodeKeeper {

  private final EpisodeMemory memory;
  private final EpisodeSettings settings;
  private final Optional<EpisodeBook> book;
  private final EpisodeMessages messages;
  private final Optional<AlertMemory> alerts;
  private final DriftKeeper drift;
  private final StreamMetrics metrics;
  private PartitionState partition;
  private long lastArrival;
  private int counted;

  /**
   * What follows from one record.
   *
   * @param partition what the records of the partition have told then
   * @param state how the detector does then
   * @param plan what changes about episodes
   * @param messages tell of it
   */
  record Next(
      PartitionState partition,
      Supplier<DetectorState> state,
      EpisodePlan plan,
      List<Record<byte[], byte[]>> messages) {}

  /** How the detector does at a record: told by its alert and by episodes, and found once. */
  private final class StateAt implements Supplier<DetectorState> {

    private final ActiveModel model;
    private final PartitionState partition;
    private DetectorState found;

    StateAt(ActiveModel model, PartitionState partition) {
      this.model = model;
      this.partition = partition;
    }

    @Override
    public DetectorState get() {
      if (found == null) {
        found = state(model, partition);
      }
      return found;
    }
  }

  /**
   * Goes on from what the memory holds.
   *
   * @param detector name of the detector
   * @param alerts what is remembered of alerts, if they are withheld at all
   * @param drift what is known of drift
   * @param now in milliseconds since 1970
   */
  EpisodeKeeper(
      EpisodeMemory memory,
      EpisodeSettings settings,
      String detector,
      EpisodeMessages messages,
      Optional<AlertMemory> alerts,
      DriftKeeper drift,
      StreamMetrics metrics,
      long now) {
    this.memory = memory;
    this.settings = settings;
    this.messages = messages;
    this.alerts = alerts;
    this.drift = drift;
    this.metrics = metrics;
    this.lastArrival = now;
    this.partition =
        memory
            .partition()
            .orElseGet(
                () -> PartitionState.initial(alerts.map(AlertMemory::remembered).orElse(0L)));
    this.book =
        messages.areWanted()
            ? Optional.of(new EpisodeBook(memory, settings, detector))
            : Optional.empty();
    count();
  }

  /** What the records of the partition have told so far. */
  PartitionState partition() {
    return partition;
  }

  /** What follows from a record with a score. */
  Next after(
      Record<byte[], Arrival> record,
      RecordMetadata position,
      RecordJudge judge,
      Verdict.Scored verdict) {
    boolean normal = verdict instanceof Verdict.Normal;
    PartitionState after =
        partition.after(
            record.value().eventTime(),
            normal ? PartitionState.Outcome.NORMAL : PartitionState.Outcome.ANOMALY);
    Occurrence occurrence = normal ? Occurrence.NORMAL : anomaly(record, position, judge, verdict);
    return next(record, position, judge.model(), after, occurrence);
  }

  /** What follows from a record without one. */
  Next after(
      Record<byte[], Arrival> record,
      RecordMetadata position,
      ActiveModel model,
      UnscorableRecordException cause) {
    long eventTime = record.value().eventTime();
    return next(
        record,
        position,
        model,
        partition.after(eventTime, PartitionState.Outcome.UNSCORABLE),
        new Occurrence.Unscorable(
            eventTime,
            id(position, model),
            cause.reason().name(),
            cause.getMessage(),
            source(position)));
  }

  private Occurrence anomaly(
      Record<byte[], Arrival> record,
      RecordMetadata position,
      RecordJudge judge,
      Verdict.Scored verdict) {
    ScoreOutcome.Scored score = verdict.score();
    long eventTime = record.value().eventTime();
    byte[] key = record.key();
    RecordPosition source = source(position);
    boolean published = verdict instanceof Verdict.Alerted;
    return new Occurrence.Anomaly(
        key,
        eventTime,
        id(position, judge.model()),
        judge.model().bundle().version(),
        score.logLikelihood(),
        score.pValue(),
        score.severity(),
        judge.ranking().rarity(score.severity()),
        published,
        verdict instanceof Verdict.Alerted alerted
            ? alerted::alert
            : () -> judge.alertOfLast(score, key, eventTime, source),
        source,
        before(key));
  }

  /** What an application from before there were episodes has left of a key. */
  private Occurrence.Before before(byte[] key) {
    return alerts
        .flatMap(memory -> memory.since(key, partition.alertsBefore()))
        .map(EpisodeKeeper::before)
        .orElse(Occurrence.Before.NOTHING);
  }

  private static Occurrence.Before before(SuppressionState known) {
    return new Occurrence.Before(
        known.published().stream().map(SuppressionState.Published::eventTime).toList(),
        known.suppressed());
  }

  private Next next(
      Record<byte[], Arrival> record,
      RecordMetadata position,
      ActiveModel model,
      PartitionState after,
      Occurrence occurrence) {
    Supplier<DetectorState> state = new StateAt(model, after);
    EpisodePlan plan =
        book.map(open -> open.plan(after, occurrence, state)).orElse(EpisodePlan.NOTHING);
    return new Next(
        after, state, plan, messages.of(plan.told(), record.timestamp(), Optional.of(position)));
  }

  /** Adopts what follows from a record, now that nothing can fail on it any more. */
  void adopt(Next next, long now) {
    lastArrival = now;
    partition = next.partition();
    memory.remember(partition);
    apply(next.plan());
  }

  /**
   * Closes the episodes if the source has been silent for long.
   *
   * @param now in milliseconds since 1970
   * @param model the model in use, or null
   * @return the messages that tell of it
   */
  List<Record<byte[], byte[]>> closeIfSilent(long now, ActiveModel model) {
    if (book.isEmpty() || now - lastArrival < settings.silence().toMillis()) {
      return List.of();
    }
    EpisodePlan plan =
        book.get().sourceSilent(() -> model == null ? null : state(model, partition));
    List<Record<byte[], byte[]>> told = messages.of(plan.told(), now, Optional.empty());
    apply(plan);
    return told;
  }

  private void apply(EpisodePlan plan) {
    if (plan != EpisodePlan.NOTHING) {
      book.orElseThrow().apply(plan);
      for (Episode episode : plan.told()) {
        metrics.episodeTold(episode.getKind(), episode.getChange());
      }
      count();
    }
  }

  private void count() {
    int open = book.map(EpisodeBook::size).orElse(0);
    metrics.episodesOpened(open - counted);
    counted = open;
  }

  /** Counts them no more here. */
  void close() {
    metrics.episodesOpened(-counted);
    counted = 0;
  }

  private DetectorState state(ActiveModel model, PartitionState partition) {
    return drift
        .describe(
            DetectorState.newBuilder()
                .setModelVersion(model.bundle().version())
                .setModelCreated(model.bundle().record().getCreatedAt())
                .setBudget(model.budget())
                .setAnomalyRate(partition.anomalyRate())
                .setScored(partition.scored())
                .setUnscorableRate(partition.unscorableRate()))
        .build();
  }

  private static String id(RecordMetadata position, ActiveModel model) {
    return DeadLetters.positionText(position) + "-" + model.bundle().version();
  }

  private static RecordPosition source(RecordMetadata position) {
    return new RecordPosition(position.topic(), position.partition(), position.offset());
  }
}
