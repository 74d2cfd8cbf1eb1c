package io.lowtide.quickstart.retrain;

import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.training.DecisionPublisher;
import io.lowtide.kafka.training.LockLostException;
import io.lowtide.kafka.training.RunnerLock;
import io.lowtide.schemas.RunOutcome;
import io.lowtide.schemas.TrainingRun;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A process that may retrain, and publishes a run when it is told to. */
final class RunnerChild {

  private RunnerChild() {}

  public static void main(String[] arguments) throws Exception {
    ConnectionSettings connection =
        new ConnectionSettings(
            Map.of("bootstrap.servers", arguments[0]),
            Map.of("schema.registry.url", "mock://child"));
    try (RunnerLock lock = new RunnerLock(connection, arguments[1], "press");
        SchemaRegistry registry = ConfluentSchemaRegistry.connect(connection.registry())) {
      System.out.println(lock.acquire(Duration.ofSeconds(60)) ? "held" : "not held");
      System.in.read();
      TrainingRun run =
          TrainingRun.newBuilder()
              .setId("child")
              .setDetector("press")
              .setStartedAt(Instant.now())
              .setFinishedAt(Instant.now())
              .setOutcome(RunOutcome.KEPT)
              .setReason("told to")
              .setSource("none")
              .setRecordsRead(0)
              .setRecordsUsed(0)
              .setHeldOutRecords(0)
              .setDataSha256("")
              .setModels(List.of())
              .build();
      new DecisionPublisher(connection, registry, lock)
          .publish(arguments[1], run, Optional.empty());
      System.out.println("published");
    } catch (LockLostException e) {
      System.out.println("lost");
    }
  }
}
