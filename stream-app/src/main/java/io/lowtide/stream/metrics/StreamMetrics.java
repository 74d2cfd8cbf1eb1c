package io.lowtide.stream.metrics;

import io.lowtide.schemas.DriftChange;
import io.lowtide.schemas.EpisodeChange;
import io.lowtide.schemas.EpisodeKind;
import io.lowtide.stream.deadletter.DeadLetterReason;
import io.lowtide.stream.output.Adjustment;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * What the application counts. For the records this process has finished with,
 *
 * <pre>records.in = records.scored + records.dead.lettered (all reasons) + records.handed.back
 * </pre>
 *
 * A record handed back is read again from the last commit, here or elsewhere, and counts again
 * then; so do records whose transaction was aborted. In the topics each record ends exactly once.
 */
public final class StreamMetrics {

  private static final Duration[] LATENCY_BUCKETS = {
    Duration.ofNanos(2_000),
    Duration.ofNanos(5_000),
    Duration.ofNanos(10_000),
    Duration.ofNanos(20_000),
    Duration.ofNanos(30_000),
    Duration.ofNanos(50_000),
    Duration.ofNanos(75_000),
    Duration.ofNanos(100_000),
    Duration.ofNanos(150_000),
    Duration.ofNanos(200_000),
    Duration.ofNanos(300_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100)
  };

  private static final double[] EVALUATION_BUCKETS = {
    6, 8, 10, 12, 14, 17, 20, 26, 32, 38, 50, 74, 98, 146, 194, 386, 770, 1538
  };

  private final MeterRegistry registry;
  private final Counter in;
  private final Counter scored;
  private final Counter handedBack;
  private final Map<DeadLetterReason, Counter> deadLettered = new EnumMap<>(DeadLetterReason.class);
  private final Map<Adjustment, Counter> adjusted = new EnumMap<>(Adjustment.class);
  private final Counter alertsPublished;
  private final Counter briefExplanations;
  private final Counter alertsSuppressed;
  private final Counter keptOutOfCalibration;
  private final Map<EpisodeKind, Map<EpisodeChange, Counter>> episodes =
      new EnumMap<>(EpisodeKind.class);
  private final AtomicInteger openEpisodes = new AtomicInteger();
  private final Map<DriftChange, Counter> driftEvents = new EnumMap<>(DriftChange.class);
  private final AtomicInteger drifting = new AtomicInteger();
  private final Timer scoreLatency;
  private final DistributionSummary evaluations;
  private final Counter transientFaults;
  private final Counter threadsReplaced;
  private final Counter modelsAccepted;
  private final Counter modelsTakenBack;
  private final MultiGauge model;

  /** Registers the meters. */
  public StreamMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.in = counter("lowtide.records.in", "Records taken from the source topics.");
    this.scored = counter("lowtide.records.scored", "Records that got a score.");
    this.handedBack =
        counter(
            "lowtide.records.handed.back",
            "Records given back because of a transient fault, to be read again.");
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      deadLettered.put(
          reason,
          Counter.builder("lowtide.records.dead.lettered")
              .description("Records sent to the dead-letter topic.")
              .tag("reason", label(reason))
              .register(registry));
    }
    for (Adjustment adjustment : Adjustment.values()) {
      adjusted.put(
          adjustment,
          Counter.builder("lowtide.messages.adjusted")
              .description("Messages changed so that the brokers take them.")
              .tag("change", label(adjustment))
              .register(registry));
    }
    this.alertsPublished = counter("lowtide.alerts.published", "Alerts published.");
    this.briefExplanations =
        counter(
            "lowtide.alerts.explained.briefly",
            "Alerts published with a brief explanation, for want of time.");
    this.alertsSuppressed =
        counter("lowtide.alerts.suppressed", "Alerts withheld as repeats of their key.");
    this.keptOutOfCalibration =
        counter(
            "lowtide.calibration.kept.out",
            "Flagged records kept out of the window that the calibration follows.");
    for (EpisodeKind kind : EpisodeKind.values()) {
      episodes.put(kind, episodeCounters(kind));
    }
    Gauge.builder("lowtide.episodes.open", openEpisodes, AtomicInteger::get)
        .description("Episodes that a further record would go on.")
        .register(registry);
    for (DriftChange change : List.of(DriftChange.RAISED, DriftChange.OVER)) {
      driftEvents.put(
          change,
          Counter.builder("lowtide.drift.events")
              .description("Times that drift was told of, and that it was over.")
              .tag("change", label(change))
              .register(registry));
    }
    Gauge.builder("lowtide.drift", drifting, AtomicInteger::get)
        .description("Source partitions, and groups of their records, in drift now.")
        .register(registry);
    this.scoreLatency =
        Timer.builder("lowtide.score.latency")
            .description("Time to score one decoded record.")
            .serviceLevelObjectives(LATENCY_BUCKETS)
            .register(registry);
    this.evaluations =
        DistributionSummary.builder("lowtide.score.evaluations")
            .description("Evaluations of the vector field that one score took.")
            .serviceLevelObjectives(EVALUATION_BUCKETS)
            .register(registry);
    this.transientFaults =
        counter("lowtide.transient.faults", "Attempts that failed for a transient reason.");
    this.threadsReplaced =
        counter("lowtide.threads.replaced", "Stream threads replaced after a transient fault.");
    this.modelsAccepted = counter("lowtide.models.accepted", "Model bundles accepted.");
    this.modelsTakenBack =
        counter("lowtide.models.taken.back", "Models taken back since they fit no records.");
    this.model =
        MultiGauge.builder("lowtide.model.info")
            .description("1 for the model in use, named by its labels.")
            .register(registry);
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** A record was taken from a source topic. */
  public void recordIn() {
    in.increment();
  }

  /** All that a record with a score calls for was sent. */
  public void scored() {
    scored.increment();
  }

  /**
   * The score of a record was computed.
   *
   * @param nanoseconds how long it took
   * @param fieldEvaluations how many evaluations of the vector field it took
   */
  public void scoreTook(long nanoseconds, int fieldEvaluations) {
    scoreLatency.record(nanoseconds, TimeUnit.NANOSECONDS);
    evaluations.record(fieldEvaluations);
  }

  /** A record went to the dead-letter topic. */
  public void deadLettered(DeadLetterReason reason) {
    deadLettered.get(reason).increment();
  }

  /** A record was given back. */
  public void handedBack() {
    handedBack.increment();
  }

  /** A message was made to fit what the brokers take. */
  public void adjusted(Adjustment adjustment) {
    adjusted.get(adjustment).increment();
  }

  /**
   * The brokers or the producer refused a message.
   *
   * @param reason short, for a label
   */
  public void sendRefused(String reason) {
    Counter.builder("lowtide.messages.refused")
        .description("Messages refused by Kafka for what they are.")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }

  /** A change of an episode was told. */
  public void episodeTold(EpisodeKind kind, EpisodeChange change) {
    episodes.get(kind).get(change).increment();
  }

  /** So many more episodes are open, or fewer. */
  public void episodesOpened(int more) {
    openEpisodes.addAndGet(more);
  }

  /** A change of drift was told. */
  public void driftTold(DriftChange change) {
    driftEvents.get(change).increment();
  }

  /** So many more partitions and groups are in drift, or fewer. */
  public void drifting(int more) {
    drifting.addAndGet(more);
  }

  /** An alert was published. */
  public void alertPublished(boolean explainedBriefly) {
    alertsPublished.increment();
    briefExplanations.increment(explainedBriefly ? 1 : 0);
  }

  /** An alert was withheld. */
  public void alertSuppressed() {
    alertsSuppressed.increment();
  }

  /** A flagged record was kept out of the window that the calibration follows. */
  public void keptOutOfCalibration() {
    keptOutOfCalibration.increment();
  }

  /** An attempt failed for a transient reason. */
  public void transientFault() {
    transientFaults.increment();
  }

  /** Something that the application depends on went away. */
  public void outage(String dependency) {
    outages(dependency).increment();
  }

  private Map<EpisodeChange, Counter> episodeCounters(EpisodeKind kind) {
    Map<EpisodeChange, Counter> counters = new EnumMap<>(EpisodeChange.class);
    for (EpisodeChange change : EpisodeChange.values()) {
      counters.put(
          change,
          Counter.builder("lowtide.episodes.told")
              .description("Changes of episodes told.")
              .tag("kind", label(kind))
              .tag("change", label(change))
              .register(registry));
    }
    return counters;
  }

  /**
   * Registers a gauge of how long something that the application depends on has been away.
   *
   * @param seconds 0 while it is there
   */
  public void gaugeOutage(String dependency, Supplier<Number> seconds) {
    outages(dependency);
    Gauge.builder("lowtide.outage.seconds", seconds)
        .description("How long the outage under way has lasted; 0 without one.")
        .tag("dependency", dependency)
        .strongReference(true)
        .register(registry);
  }

  private Counter outages(String dependency) {
    return Counter.builder("lowtide.outages")
        .description("Times something depended on went away.")
        .tag("dependency", dependency)
        .register(registry);
  }

  /** A stream thread was replaced. */
  public void threadReplaced() {
    threadsReplaced.increment();
  }

  /** A model was accepted and is now in use. */
  public void modelAccepted(String detector, String version) {
    modelsAccepted.increment();
    modelInUse(detector, version);
  }

  /**
   * A model was taken back.
   *
   * @param version of the one that is in use again
   */
  public void modelTakenBack(String detector, String version) {
    modelsTakenBack.increment();
    modelInUse(detector, version);
  }

  /** Registers a gauge of the share of records that do not fit the model in use. */
  public void gaugeMisfits(DoubleSupplier share) {
    Gauge.builder("lowtide.model.misfit.share", share::getAsDouble)
        .description("Share of the last window of records that the model in use cannot read.")
        .strongReference(true)
        .register(registry);
  }

  private void modelInUse(String detector, String version) {
    model.register(
        List.of(MultiGauge.Row.of(Tags.of("detector", detector, "version", version), () -> 1)),
        true);
  }

  /** A model was refused. */
  public void modelRefused(String reason) {
    Counter.builder("lowtide.models.refused")
        .description("Model bundles refused.")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }

  /** A challenger was refused. */
  public void challengerRefused(String reason) {
    Counter.builder("lowtide.shadow.refused")
        .description("Challengers refused.")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }

  /** Registers a gauge that is 1 while the application is ready, else 0. */
  public void gaugeReadiness(BooleanSupplier ready) {
    Gauge.builder("lowtide.ready", () -> ready.getAsBoolean() ? 1 : 0)
        .description("1 while a model is in use and the stream runs.")
        .strongReference(true)
        .register(registry);
  }
}
