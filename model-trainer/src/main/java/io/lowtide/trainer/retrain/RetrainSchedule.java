package io.lowtide.trainer.retrain;

import io.lowtide.kafka.fault.FaultText;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistryException;
import io.lowtide.kafka.topic.TopicException;
import io.lowtide.kafka.training.LockLostException;
import io.lowtide.kafka.training.RunnerLock;
import io.lowtide.kafka.training.TrainingRuns;
import io.lowtide.schemas.TrainingRun;
import io.lowtide.trainer.data.DataException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retrains a detector again and again. When it did so last is what the runs topic says, so that any
 * number of instances keep one schedule, and one that was down catches up, by one run however many
 * were missed. Broker and registry may be away: they are asked again, less and less often.
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
  private final Duration every;
  private final Consumer<TrainingRun> listener;
  private Instant announced = Instant.MIN;

  /**
   * @param job what to do each time
   * @param every from the start of one run to that of the next
   * @param listener receives what each run decided
   */
  public RetrainSchedule(
      RetrainSettings settings, RetrainJob job, Duration every, Consumer<TrainingRun> listener) {
    this.settings = settings;
    this.job = job;
    this.every = every;
    this.listener = listener;
  }

  /** Goes on until the calling thread is interrupted. */
  public void run() throws InterruptedException {
    Duration backoff = FIRST_BACKOFF;
    while (!Thread.interrupted()) {
      try {
        Duration wait = step();
        backoff = FIRST_BACKOFF;
        Thread.sleep(wait.toMillis());
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

  /**
   * Runs if it is time.
   *
   * @return how long to wait before the next look
   */
  private Duration step() throws InterruptedException {
    TrainingRuns.requireTopic(settings.connection(), settings.runsTopic());
    Duration left = left();
    if (!left.isZero()) {
      return left;
    }
    try (RunnerLock lock =
        new RunnerLock(settings.connection(), settings.runsTopic(), settings.detector())) {
      if (!lock.acquire(PATIENCE)) {
        LOG.info("Another process retrains detector {}", settings.detector());
        return PATIENCE;
      }
      // Another may have run between the look and the lock.
      if (left().isZero()) {
        listener.accept(job.run(lock));
      }
    }
    return left();
  }

  /** Until the next run, at most so long as not to miss that another instance ran. */
  private Duration left() {
    Optional<Instant> last = lastStart();
    Instant now = Instant.now();
    Instant due = last.map(start -> start.plus(every)).orElse(now);
    if (!due.isAfter(now)) {
      return Duration.ZERO;
    }
    if (!due.equals(announced)) {
      announced = due;
      LOG.info("Detector {}: next retraining at {}", settings.detector(), due);
    }
    Duration left = Duration.between(now, due);
    return left.compareTo(LONGEST_SLEEP) < 0 ? left : LONGEST_SLEEP;
  }

  private Optional<Instant> lastStart() {
    try (SchemaRegistry registry =
        ConfluentSchemaRegistry.connect(settings.connection().registry())) {
      List<TrainingRun> runs =
          TrainingRuns.of(
              settings.connection(), settings.runsTopic(), registry, settings.detector());
      return runs.stream().map(TrainingRun::getStartedAt).max(Instant::compareTo);
    }
  }
}
