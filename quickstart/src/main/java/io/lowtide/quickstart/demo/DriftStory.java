package io.lowtide.quickstart.demo;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.drift.OpenDrifts;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.settings.SettingsSources;
import io.lowtide.quickstart.traffic.LabelledTraffic;
import io.lowtide.quickstart.traffic.MachinePark;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.RunOutcome;
import io.lowtide.schemas.TrainingRun;
import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.trainer.retrain.RetrainJob;
import io.lowtide.trainer.retrain.RetrainReport;
import io.lowtide.trainer.retrain.RetrainSchedule;
import io.lowtide.trainer.retrain.RetrainSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What comes after the first table of {@code lowtide demo --drift}: what is normal changes, the
 * stream tells of drift, {@code lowtide retrain --on-drift} answers it, and the stream goes on
 * under the new model.
 */
final class DriftStory {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(500);

  private final StreamSettings settings;
  private final StreamApplication application;
  private final SchemaRegistry registry;
  private final Streamer streamer;
  private final Path directory;
  private final PrintWriter out;
  private final Map<String, Tally> table = new LinkedHashMap<>();

  /** Streams traffic and says what became of it. */
  interface Streamer {

    /**
     * @param last event time of the last record
     */
    Tally stream(LabelledTraffic traffic, Instant last);
  }

  /**
   * @param settings of the application
   * @param registry stays the caller's to close
   * @param directory where the retraining keeps what it needs
   */
  DriftStory(
      StreamSettings settings,
      StreamApplication application,
      SchemaRegistry registry,
      Streamer streamer,
      Path directory,
      PrintWriter out) {
    this.settings = settings;
    this.application = application;
    this.registry = registry;
    this.streamer = streamer;
    this.directory = directory;
    this.out = out;
  }

  /**
   * Tells it.
   *
   * @param park the traffic so far
   * @param before what became of that
   * @param bundle the model in use
   * @param records to stream after the change, and again after the swap
   * @param training settings of training
   * @return whether each part of it came
   */
  boolean tell(
      MachinePark park, Tally before, ModelBundle bundle, int records, Map<String, String> training)
      throws InterruptedException {
    table.put("before the change", before);
    Instant end = Instant.now();
    say(
        "%nThe park changes: in the heavy mode machines carry a tenth of the full load more. Streaming %,d records ...",
        records);
    Instant changed = end.minus(TrafficProducer.EVENT_INTERVAL.multipliedBy(2L * records));
    Instant between = end.minus(TrafficProducer.EVENT_INTERVAL.multipliedBy(records));
    table.put("after the change", streamer.stream(park.withHeavierLoad(records, 0), between));
    try (OpenDrifts drifts = openDrifts()) {
      Optional<DriftEvent> drift = firstDrift(drifts);
      if (drift.isEmpty()) {
        say("No drift was told of within %d s", PATIENCE.toSeconds());
        return false;
      }
      say(
          "Drift in partition %d, %,d records after the change:%n  %s",
          drift.get().getPartition(),
          Duration.between(changed, drift.get().getToldAt())
              .dividedBy(TrafficProducer.EVENT_INTERVAL),
          drift.get().getSummary());
    }
    Optional<TrainingRun> run = retrain(training);
    if (run.isEmpty() || run.get().getOutcome() != RunOutcome.PUBLISHED) {
      say("No challenger was published");
      return false;
    }
    if (!awaitModel(run.get().getPublished())) {
      say("The stream goes on without the new model: %s", application.readiness());
      return false;
    }
    say(
        "The stream has swapped to %s. Streaming %,d records ...",
        run.get().getPublished(), records);
    table.put("after the swap", streamer.stream(park.withHeavierLoad(records, 1), end));
    print(bundle.calibration().defaultBudget());
    return true;
  }

  private OpenDrifts openDrifts() {
    return new OpenDrifts(
        settings.connection(),
        settings.outputTopics().get(OutputTopic.DRIFT),
        registry,
        settings.detector());
  }

  private static Optional<DriftEvent> firstDrift(OpenDrifts drifts) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<DriftEvent> open = drifts.read();
    while (open.isEmpty() && System.nanoTime() < deadline) {
      drifts.await(POLL);
      open = drifts.read();
    }
    return open.stream().min((one, other) -> one.getToldAt().compareTo(other.getToldAt()));
  }

  /** What {@code lowtide retrain --on-drift} does first. */
  private Optional<TrainingRun> retrain(Map<String, String> training) throws InterruptedException {
    say("%nlowtide retrain --on-drift answers it:%n");
    RetrainSettings retraining = RetrainSettings.of(retrainSettings(training));
    BlockingQueue<TrainingRun> runs = new ArrayBlockingQueue<>(1);
    RetrainJob job =
        new RetrainJob(
            retraining, directory.resolve("retraining"), Optional.empty(), true, report -> {});
    RetrainSchedule schedule =
        new RetrainSchedule(
            retraining, job, Optional.empty(), true, run -> runs.offer(run.event()));
    Thread thread =
        new Thread(
            () -> {
              try {
                schedule.run();
              } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
              }
            },
            "retrain-on-drift");
    thread.setDaemon(true);
    thread.start();
    TrainingRun run = runs.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    thread.interrupt();
    thread.join();
    if (run != null) {
      out.print(RetrainReport.text(run));
      out.flush();
    }
    return Optional.ofNullable(run);
  }

  private SettingsSources retrainSettings(Map<String, String> training) {
    Map<String, String> values = new TreeMap<>();
    values.put("detector", settings.detector());
    values.put("source.topics", String.join(",", settings.sourceTopics()));
    values.put("bootstrap.servers", settings.connection().kafka().get("bootstrap.servers"));
    values.put("schema.registry.url", settings.connection().registry().get("schema.registry.url"));
    values.put("drift.topic", settings.outputTopics().get(OutputTopic.DRIFT));
    values.put("retrain.drift.wait", "PT1S");
    // Machines are known to have a fault in one record in a hundred: as many as the budget allows.
    values.put("training.contamination", "0.01");
    training.forEach((name, value) -> values.put("training." + name, value));
    return SettingsSources.none().with(values, "demo");
  }

  private boolean awaitModel(String version) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      if (application.readiness().ready() && application.readiness().reason().contains(version)) {
        return true;
      }
      Thread.sleep(POLL.toMillis());
    }
    return false;
  }

  private void print(double budget) {
    out.println();
    say("%-20s %10s %10s   %s", "normal records", "scored", "flagged", "false alarms");
    table.forEach(
        (when, tally) ->
            say(
                "%-20s %,10d %,10d   %.2f %% (budget %.2f %%)",
                when,
                tally.normal().scored,
                tally.normal().flagged,
                100 * tally.falseAlarmRate(),
                100 * budget));
  }

  private void say(String format, Object... arguments) {
    out.printf(Locale.ROOT, format + "%n", arguments);
    out.flush();
  }
}
