package io.lowtide.trainer.command;

import io.lowtide.cli.LowtideCommand;
import io.lowtide.cli.OptionException;
import io.lowtide.kafka.model.ModelRole;
import io.lowtide.kafka.settings.SettingsSources;
import io.lowtide.kafka.training.LockLostException;
import io.lowtide.kafka.training.RunnerLock;
import io.lowtide.kafka.training.TrainingRuns;
import io.lowtide.trainer.report.ProgressPrinter;
import io.lowtide.trainer.retrain.DecidedRun;
import io.lowtide.trainer.retrain.RetrainJob;
import io.lowtide.trainer.retrain.RetrainReport;
import io.lowtide.trainer.retrain.RetrainSchedule;
import io.lowtide.trainer.retrain.RetrainSettings;
import io.lowtide.trainer.retrain.RetrainValidators;
import io.lowtide.trainer.retrain.RunTrigger;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lowtide retrain}: challenges the model in use, and publishes what is better. */
@Command(
    name = "retrain",
    mixinStandardHelpOptions = true,
    description = {
      "Trains challengers on the records of the input topic, or of files, compares them with the"
          + " model in use on the newest of these, and publishes one if it wins by the margin or"
          + " the model in use is out of calibration. Interrupted, the same command goes on.",
      "Ends with 0 if a model was published, 3 if the one in use stays, 4 if another process"
          + " retrains the detector, 2 if something that people can mend is in the way."
    },
    footer = "docs/retrain-settings.md lists the settings of --config and --set.")
public final class RetrainCommand implements LowtideCommand {

  /** The model in use stays as it is. */
  static final int CHAMPION_STAYS = 3;

  /** Another process retrains the detector. */
  static final int ANOTHER_IS_AT_IT = 4;

  /** A holder that died is waited for. */
  private static final Duration PATIENCE = RunnerLock.SESSION.multipliedBy(3);

  @Spec private CommandSpec command;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Properties file of settings; may be repeated, and the stream application's may be one of"
              + " them.")
  private List<Path> configs = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "One setting, before those of files and the environment; may be repeated.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Folder for what a run keeps and decides: one for each detector.")
  private Path output;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Folder for report.html and model-card.md, if it is not that of --output.")
  private Path report;

  @Option(
      names = "--every",
      paramLabel = "DURATION",
      description =
          "Go on, and retrain so long after the start of the last run, such as 24h or P7D; any"
              + " number of instances keep one schedule, and missed runs are made up for by one.")
  private String every;

  @Option(
      names = "--on-drift",
      description =
          "Go on, and retrain where the stream tells of drift of the detector; together with --every, too.")
  private boolean onDrift;

  @Option(names = "--dry-run", description = "Decide and write it down, but publish nothing.")
  private boolean dryRun;

  @Option(
      names = "--shadow",
      description =
          "Publish what wins as the challenger, which scores in the shadow of the model in use and"
              + " waits for lowtide models promote: retrain.publish.as=challenger.")
  private boolean shadow;

  @Override
  public Integer call() throws InterruptedException {
    RetrainSettings settings = RetrainSettings.of(sources());
    PrintWriter out = command.commandLine().getOut();
    RetrainJob job =
        new RetrainJob(
            settings, output, Optional.ofNullable(report), !dryRun, new ProgressPrinter(out));
    if (every != null || onDrift) {
      new RetrainSchedule(settings, job, interval(), onDrift, run -> print(out, run)).run();
      return ExitCode.OK;
    }
    TrainingRuns.requireTopic(settings.connection(), settings.runsTopic());
    try (RunnerLock lock =
        new RunnerLock(settings.connection(), settings.runsTopic(), settings.detector())) {
      if (!lock.acquire(PATIENCE)) {
        command
            .commandLine()
            .getErr()
            .printf("Another process retrains detector %s: nothing done%n", settings.detector());
        return ANOTHER_IS_AT_IT;
      }
      DecidedRun run = job.run(lock, RunTrigger.COMMAND);
      print(out, run);
      return switch (run.event().getOutcome()) {
        case PUBLISHED -> ExitCode.OK;
        case KEPT -> CHAMPION_STAYS;
        default -> ExitCode.USAGE;
      };
    } catch (LockLostException e) {
      command
          .commandLine()
          .getErr()
          .printf("Detector %s: %s%n", settings.detector(), e.getMessage());
      return ANOTHER_IS_AT_IT;
    }
  }

  private static void print(PrintWriter out, DecidedRun run) {
    out.print(RetrainReport.text(run.event()));
    run.report().ifPresent(page -> out.printf("Report: %s%n", page));
    out.flush();
  }

  private Optional<Duration> interval() {
    if (dryRun) {
      throw new OptionException(
          (every != null ? "--every" : "--on-drift") + " and --dry-run: expected one of them");
    }
    try {
      return Optional.ofNullable(every).map(RetrainValidators::duration);
    } catch (IllegalArgumentException e) {
      throw new OptionException("--every: " + e.getMessage());
    }
  }

  private SettingsSources sources() {
    SettingsSources sources = SettingsSources.none();
    for (Path config : configs) {
      sources = sources.withFile(config);
    }
    sources = sources.withEnvironment(System.getenv()).with(overrides, "command line");
    return shadow
        ? sources.with(Map.of(RetrainSettings.PUBLISH_AS, ModelRole.CHALLENGER.label()), "--shadow")
        : sources;
  }
}
