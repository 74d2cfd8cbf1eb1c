package io.lowtide.quickstart.demo;

import io.lowtide.cli.ConnectionOptions;
import io.lowtide.cli.LowtideCommand;
import io.lowtide.cli.OptionException;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.settings.SettingsSources;
import io.lowtide.quickstart.traffic.LabelledTraffic;
import io.lowtide.quickstart.traffic.MachinePark;
import io.lowtide.quickstart.traffic.TableTraffic;
import io.lowtide.trainer.command.FileOptions;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.NewestTenth;
import io.lowtide.trainer.fit.TrainingResult;
import io.lowtide.trainer.fit.TrainingSettings;
import io.lowtide.trainer.report.FieldListing;
import io.lowtide.trainer.report.ProgressPrinter;
import io.lowtide.trainer.report.ReportedRun;
import io.lowtide.trainer.report.RunReport;
import io.lowtide.trainer.report.TrainingReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lowtide demo}: the whole of Lowtide on this machine, with one command. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Starts a Kafka broker and a schema registry on loopback, trains a density on normal"
          + " records, publishes it, streams records through the application, prints alerts, and"
          + " ends with a table that accounts for every record.",
      "Without --data the records are generated: telemetry of a machine park with five kinds of"
          + " fault."
    },
    footer = "Exit codes: 0 every record is accounted for, 1 some are not, 2 cannot run as asked.")
public final class DemoCommand implements LowtideCommand {

  private static final Path DIRECTORY = ConnectionOptions.RUNNING_DEMO.getParent();

  @Spec private CommandSpec command;

  @ArgGroup(exclusive = false)
  private OwnData ownData;

  @Mixin private FileOptions reading;

  /** A file of the user's own. */
  static final class OwnData {

    @Option(
        names = "--data",
        paramLabel = "FILE",
        required = true,
        description = "Labelled records of your own: CSV with a header, or an Avro container.")
    private Path file;

    @Option(
        names = "--label",
        paramLabel = "COLUMN",
        required = true,
        description =
            "Column of that file that marks anomalies: by a number other than 0, by true, by -1"
                + " beside 1, or by a text other than the normal one.")
    private String label;
  }

  @Option(names = "--records", paramLabel = "N", description = "Generated records to stream.")
  private int records = 50_000;

  @Option(
      names = "--training-records",
      paramLabel = "N",
      description = "Generated normal records to train on.")
  private int trainingRecords = 20_000;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of generator and training.")
  private long seed = 1;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "Where the model, the state and the logs go.")
  private Path directory = DIRECTORY;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "A training setting (docs/training-settings.md); may be repeated.")
  private Map<String, String> trainingSettings = new LinkedHashMap<>();

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Port of the page, /metrics and /health; 0: any free one.")
  private int httpPort;

  @Option(names = "--alerts", paramLabel = "N", description = "Alerts to print in full.")
  private int alerts = 20;

  @Option(
      names = "--drift",
      description =
          "After the table change what is normal: the stream tells of drift, lowtide retrain --on-drift"
              + " answers it, and a second table shows the false alarms before, after, and under the"
              + " new model.")
  private boolean drift;

  @Option(
      names = "--keep-running",
      description = "Leave broker, registry and application up after the table, until Ctrl-C.")
  private boolean keepRunning;

  @Override
  public Integer call() throws IOException, InterruptedException {
    OptionException.requireAtLeastOne("--records", records);
    OptionException.requireAtLeastOne("--training-records", trainingRecords);
    if (drift && ownData != null) {
      throw new OptionException("--drift and --data: expected one of them");
    }
    Files.createDirectories(directory);
    LabelledTraffic traffic =
        ownData == null
            ? new MachinePark(trainingRecords, records, seed)
            : TableTraffic.read(ownData.file, ownData.label, reading.reading());
    Optional<DemoSettings.Drift> change =
        drift
            ? Optional.of(
                new DemoSettings.Drift(Math.max(1, records * 2 / 5), Map.copyOf(trainingSettings)))
            : Optional.empty();
    DemoSettings settings = new DemoSettings(directory, httpPort, alerts, keepRunning, change);
    boolean complete = new Demo(settings, out()).run(traffic, this::train);
    return complete ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }

  private ModelBundle train(LabelledTraffic traffic) {
    TrainingSettings settings =
        TrainingSettings.of(
            SettingsSources.none()
                .with(Map.of("seed", Long.toString(seed)), "--seed")
                .withEnvironment(System.getenv())
                .with(trainingSettings, "command line"));
    FlowTrainer trainer =
        new FlowTrainer(
            TrainingEngines.of(settings.engine()),
            Demo.DETECTOR,
            settings,
            new ProgressPrinter(out()),
            Optional.empty());
    if (ownData != null) {
      out().print(FieldListing.text(traffic.fields()));
      out().flush();
    }
    TrainingResult result = trainer.train(traffic.trainingTable(), traffic.plan());
    // Generated records are all alike.
    Optional<NewestTenth> newestTenth =
        ownData == null
            ? Optional.empty()
            : trainer.newestTenth(traffic.trainingTable(), traffic.plan());
    newestTenth.map(NewestTenth::text).ifPresent(out()::println);
    try {
      TrainingReport.writeJson(
          result, traffic.fields(), newestTenth, directory.resolve("training.json"));
      out()
          .printf(
              "The report of the training is %s%n",
              RunReport.write(ReportedRun.of(result, traffic.fields(), newestTenth), directory));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return result.bundle();
  }
}
