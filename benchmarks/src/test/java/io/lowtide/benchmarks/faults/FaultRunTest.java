package io.lowtide.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.quickstart.traffic.MachinePark;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The short form of {@code benchmarks/run-faults}. */
@Timeout(value = 420, unit = TimeUnit.SECONDS)
class FaultRunTest {

  /** What a run that was not clean left is looked at. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  @Test
  void shouldLoseDoubleAndChangeNothingUnderFaults() throws Exception {
    MachinePark traffic = new MachinePark(2_000, 10_000, 3);
    ModelBundle model = BriefTraining.of(traffic);
    FaultPlan plan =
        new FaultPlan(
            List.of(Fault.APPLICATION_KILLED, Fault.BROKER_KILLED, Fault.PARTITION_ADDED),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            20,
            Duration.ofSeconds(5),
            300,
            1,
            3,
            Map.of("kafka.session.timeout.ms", "3000", "kafka.heartbeat.interval.ms", "700"));
    StringWriter output = new StringWriter();

    FaultReport report = new FaultRun(directory, plan, new PrintWriter(output)).run(model, traffic);
    report.print(new PrintWriter(output));

    assertThat(report.inSource()).isGreaterThan(1_000);
    assertThat(report.disturbed().deadLetters())
        .containsKeys("TOMBSTONE", "UNDECODABLE", "UNKNOWN_SCHEMA", "WIRE_FORMAT");
    assertThat(report.disturbed().alerts()).isPositive();
    assertThat(report.disturbed().episodes()).isPositive();
    assertThat(report.isClean()).as("%s%nin %s", output, directory).isTrue();
  }
}
