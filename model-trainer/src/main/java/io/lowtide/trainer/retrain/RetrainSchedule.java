package io.lowtide.trainer.retrain;

import io.lowtide.kafka.drift.OpenDrifts;
import io.lowtide.kafka.fault.FaultText;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistryException;
import io.lowtide.kafka.topic.TopicException;
import io.lowtide.kafka.training.LockLostException;
import io.lowtide.kafka.training.RunnerLock;
import io.lowtide.kafka.training.TrainingRuns;
import io.lowtide.schemas.RunCause;
import io.lowtide.trainer.data.DataException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retrains a detector again and again, on a schedule and where the stream tells of drift. When it
 * did so last is what the runs topic says, so that any number of instances keep one schedule, and
 * one that was down catches up, by one run however many were missed. Broker and registry may be
 * away: they are asked again, less and less often.
 */
public final class RetrainSchedule {

  private static final Logger LOG = LoggerFactory.getLogger(RetrainSchedule.class);

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(5);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);

  /** While another instance runs, or until the next run: others may have run by then. */
  private static final Duration LONGEST_SLEEP = Duration.ofMinutes(10);

  /** A holder that died is waited for. */
  private static final Duration PATIENCE = RunnerLock.SESSION.multipliedBy(3);

  private final RetrainSettings settings;
  private final RetrainJob job;
  private final Optional<Duration> every;
  private final boolean onDrift;
  private final Consumer<DecidedRun> listener;
  private Instant announced = Instant.MIN;

  /**
   * @param job what to do each time
   * @param every from the start of one run to that of the next, if there is a schedule
   * @param onDrift whether drift that the stream tells of is an occasion, too
   * @param listener receives what each run decided
   */
  public RetrainSchedule(
      RetrainSettings settings,
      RetrainJob job,
      Optional<Duration> every,
      boolean onDrift,
      Consumer<DecidedRun> listener) {
    this.settings = settings;
    this.job = job;
    this.every = every;
    this.onDrift = onDrift;
    this.listener = listener;
  }

  /** Goes on until the calling thread is interrupted. */
  public void run() throws InterruptedException {
    Duration backoff = FIRST_BACKOFF;
    while (!Thread.interrupted()) {
      try {
        step();
        backoff = FIRST_BACKOFF;
      } catch (LockLostException e) {
        LOG.warn("Detector {}: {}", settings.detector(), e.getMessage());
        Thread.sleep(FIRST_BACKOFF.toMillis());
      } catch (InterruptException e) {
        throw new InterruptedException(e.getMessage());
      } catch (RuntimeException e) {
        if (isOutage(e)) {
          LOG.warn(
              "Detector {}: retraining waits for Kafka or the schema registry, next try in {} s: {}",
              settings.detector(),
              backoff.toSeconds(),
              FaultText.oneLine(e));
        } else if (e instanceof DataException) {
          // Where it is written down, that is the last run, and the next one is as far away as
          // ever.
          LOG.error("Detector {}: {}", settings.detector(), e.getMessage());
        } else {
          LOG.error(
              "Detector {}: retraining failed, next try in {} s",
              settings.detector(),
              backoff.toSeconds(),
              e);
        }
        Thread.sleep(backoff.toMillis());
        backoff = longer(backoff);
      }
    }
  }

  private static Duration longer(Duration backoff) {
    Duration doubled = backoff.multipliedBy(2);
    return doubled.compareTo(LONGEST_BACKOFF) < 0 ? doubled : LONGEST_BACKOFF;
  }

  private static boolean isOutage(RuntimeException fault) {
    return fault instanceof KafkaException
        || fault instanceof TopicException
        || fault instanceof SchemaRegistryException;
  }

  /** Runs if it is time; otherwise waits until it is, or there is news. */
  private void step() throws InterruptedException {
    TrainingRuns.requireTopic(settings.connection(), settings.runsTopic());
    try (SchemaRegistry registry =
            ConfluentSchemaRegistry.connect(settings.connection().registry());
        OpenDrifts drifts = onDrift ? openDrifts(registry) : null) {
      RetrainOccasions occasions =
          new RetrainOccasions(settings, every, registry, Optional.ofNullable(drifts));
      Instant now = Instant.now();
      Optional<RetrainOccasions.Due> next = occasions.next(now);
      if (next.isEmpty() || next.get().at().isAfter(now)) {
        next.ifPresent(this::announce);
        Duration left =
            next.map(due -> shorter(Duration.between(now, due.at()))).orElse(LONGEST_SLEEP);
        if (drifts == null) {
          Thread.sleep(left.toMillis());
        } else {
          drifts.await(left);
        }
      } else {
        run(occasions);
      }
    }
  }

  private OpenDrifts openDrifts(SchemaRegistry registry) {
    return new OpenDrifts(
        settings.connection(), settings.driftTopic(), registry, settings.detector());
  }

  private void run(RetrainOccasions occasions) throws InterruptedException {
    try (RunnerLock lock =
        new RunnerLock(settings.connection(), settings.runsTopic(), settings.detector())) {
      if (!lock.acquire(PATIENCE)) {
        LOG.info("Another process retrains detector {}", settings.detector());
        return;
      }
      // Another may have run between the look and the lock.
      Instant now = Instant.now();
      Optional<RetrainOccasions.Due> due =
          occasions.next(now).filter(next -> !next.at().isAfter(now));
      if (due.isPresent()) {
        announceRun(due.get().trigger());
        listener.accept(job.run(lock, due.get().trigger()));
      }
    }
  }

  private static Duration shorter(Duration left) {
    return left.compareTo(LONGEST_SLEEP) < 0 ? left : LONGEST_SLEEP;
  }

  private void announce(RetrainOccasions.Due due) {
    if (!due.at().equals(announced)) {
      announced = due.at();
      LOG.info(
          "Detector {}: next retraining at {}{}{}",
          settings.detector(),
          due.at(),
          due.trigger().cause() == RunCause.DRIFT ? ", for drift" : "",
          due.inVain() > 0
              ? ", "
                  + settings.driftCooldown().after(due.inVain())
                  + " after the last, since so many have published nothing: "
                  + due.inVain()
              : "");
    }
  }

  private void announceRun(RunTrigger trigger) {
    if (trigger.cause() == RunCause.DRIFT) {
      LOG.info(
          "Detector {}: retraining for drift: {}",
          settings.detector(),
          trigger.drifts().get(0).getSummary());
    }
  }
}
