package io.lowtide.trainer.retrain;

import io.lowtide.kafka.drift.OpenDrifts;
import io.lowtide.kafka.model.ModelCatalog;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.training.TrainingRuns;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.RunCause;
import io.lowtide.schemas.TrainingRun;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** When a detector is to be retrained next, by what the topics say. */
final class RetrainOccasions {

  private final RetrainSettings settings;
  private final Optional<Duration> every;
  private final SchemaRegistry registry;
  private final Optional<OpenDrifts> drifts;

  /**
   * A run to come.
   *
   * @param at when; may be past
   * @param trigger what for
   * @param inVain runs that have answered the drift, if it is for drift, and published nothing
   */
  record Due(Instant at, RunTrigger trigger, int inVain) {}

  /**
   * @param every from the start of one run to that of the next, if there is a schedule
   * @param drifts what is told of drift, if that is an occasion
   */
  RetrainOccasions(
      RetrainSettings settings,
      Optional<Duration> every,
      SchemaRegistry registry,
      Optional<OpenDrifts> drifts) {
    this.settings = settings;
    this.every = every;
    this.registry = registry;
    this.drifts = drifts;
  }

  /** The next run; empty if there is no occasion in sight. */
  Optional<Due> next(Instant now) {
    List<DriftEvent> open = drifts.map(OpenDrifts::read).orElse(List.of());
    // A drift from another model than the champion is answered by the champion.
    List<DriftEvent> unanswered = open.isEmpty() ? open : ofChampion(open);
    List<TrainingRun> runs = runs();
    Optional<Instant> last = runs.stream().map(TrainingRun::getStartedAt).max(Instant::compareTo);
    Optional<Due> scheduled =
        every.map(
            interval ->
                new Due(
                    last.map(start -> start.plus(interval)).orElse(now),
                    new RunTrigger(RunCause.SCHEDULE, unanswered, Optional.empty()),
                    0));
    return Stream.concat(onDrift(unanswered, runs, last).stream(), scheduled.stream())
        .min((one, other) -> one.at().compareTo(other.at()));
  }

  private Optional<Due> onDrift(
      List<DriftEvent> unanswered, List<TrainingRun> runs, Optional<Instant> last) {
    int inVain = DriftCooldown.inVain(runs, unanswered);
    Duration cooldown = settings.driftCooldown().after(inVain);
    return unanswered.stream()
        .map(DriftEvent::getSince)
        .min(Instant::compareTo)
        .map(
            since -> {
              Instant enough = since.plus(settings.driftWait());
              Instant cooled = last.map(start -> start.plus(cooldown)).orElse(since);
              return new Due(
                  enough.isAfter(cooled) ? enough : cooled,
                  new RunTrigger(
                      RunCause.DRIFT,
                      unanswered,
                      settings.trainsSinceDrift() ? Optional.of(since) : Optional.empty()),
                  inVain);
            });
  }

  private List<DriftEvent> ofChampion(List<DriftEvent> open) {
    Optional<String> champion =
        ModelCatalog.read(
                settings.connection(), settings.modelsTopic(), registry, settings.detector())
            .champion(settings.detector())
            .flatMap(model -> model.bundle().map(bundle -> bundle.version()));
    return open.stream()
        .filter(event -> champion.isEmpty() || champion.get().equals(event.getModelVersion()))
        .toList();
  }

  private List<TrainingRun> runs() {
    return TrainingRuns.of(
        settings.connection(), settings.runsTopic(), registry, settings.detector());
  }
}
