package io.lowtide.benchmarks.faults;

import io.lowtide.cli.Lowtide;
import io.lowtide.cli.OptionException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.quickstart.traffic.MachinePark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code benchmarks/run-faults} runs it. */
@Command(
    name = "run-faults",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Runs the stream application, a broker and a registry as processes, kills and stops them, adds"
          + " partitions and sends poison; then accounts for every record, and compares each score"
          + " and alert with a pass without faults.",
      "Exit codes: 0 nothing was lost, doubled or changed; 1 something was."
    })
public final class FaultsCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "Model bundle of the demo's machine park.")
  private Path model;

  @Option(
      names = "--faults",
      paramLabel = "KIND",
      split = ",",
      description = "Kinds of fault: ${COMPLETION-CANDIDATES}. All unless some are named.")
  private List<Fault> kinds = List.of(Fault.values());

  @Option(names = "--rounds", description = "How often each kind occurs, in a random order.")
  private int rounds = 4;

  @Option(names = "--calm", description = "Seconds between a recovery and the next fault.")
  private int calm = 5;

  @Option(
      names = "--away",
      description = "Seconds that broker or registry stay away, or the network is unsteady.")
  private int away = 10;

  @Option(
      names = "--once-in",
      paramLabel = "N",
      description =
          "One request in N of each kind, or its answer, is held back or lost with its connection"
              + " while the network is unsteady.")
  private int onceIn = 20;

  @Option(
      names = "--hold",
      paramLabel = "SECONDS",
      description = "How long the unsteady network holds a request or an answer back at most.")
  private int hold = 20;

  @Option(names = "--rate", description = "Records per second.")
  private int rate = 500;

  @Option(names = "--instances", description = "Instances of the application.")
  private int instances = 1;

  @Option(names = "--seed", description = "Seed of every random choice.")
  private long seed = 1;

  @Option(
      names = "--directory",
      description = "Where data and logs go; a new temporary directory unless named.")
  private Path directory;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Setting of the application; {instance} stands for the instance's number.")
  private Map<String, String> settings = new TreeMap<>();

  @Override
  public Integer call() throws Exception {
    requireOptions();
    List<Fault> faults = new ArrayList<>();
    Random random = new Random(seed);
    for (int round = 0; round < rounds; round++) {
      List<Fault> shuffled = new ArrayList<>(kinds);
      Collections.shuffle(shuffled, random);
      faults.addAll(shuffled);
    }
    FaultPlan plan =
        new FaultPlan(
            faults,
            Duration.ofSeconds(calm),
            Duration.ofSeconds(away),
            onceIn,
            Duration.ofSeconds(hold),
            rate,
            instances,
            seed,
            settings);
    Path place = directory == null ? Files.createTempDirectory("lowtide-faults") : directory;
    Files.createDirectories(place);
    command.commandLine().getOut().printf("Data and logs in %s%n", place);
    FaultReport report =
        new FaultRun(place, plan, command.commandLine().getOut())
            .run(BundleFiles.read(model), new MachinePark(20_000, 50_000, seed));
    report.print(command.commandLine().getOut());
    return report.isClean() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void requireOptions() {
    OptionException.requireAtLeastOne("--rounds", rounds);
    OptionException.requireAtLeastOne("--calm", calm);
    OptionException.requireAtLeastOne("--away", away);
    OptionException.requireAtLeastOne("--once-in", onceIn);
    OptionException.requireAtLeastOne("--hold", hold);
    OptionException.requireAtLeastOne("--rate", rate);
    OptionException.requireAtLeastOne("--instances", instances);
  }

  /** Runs the command. */
  public static void main(String[] arguments) {
    System.exit(Lowtide.commandLine(new FaultsCommand()).execute(arguments));
  }
}
