package io.lowtide.cli.alerts;

import io.lowtide.cli.ConnectionOptions;
import io.lowtide.cli.LowtideCommand;
import io.lowtide.kafka.alert.MessageReader;
import io.lowtide.kafka.topic.DefaultTopics;
import io.lowtide.schemas.AnomalyAlert;
import java.time.Clock;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lowtide alerts}: prints the alerts of a topic. */
@Command(
    name = "alerts",
    mixinStandardHelpOptions = true,
    description = "Prints alerts, a line each; with --long field by field.")
public final class AlertsCommand implements LowtideCommand {

  @Spec private CommandSpec command;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = DefaultTopics.ALERTS,
      description = "Topic of the alerts; default: ${DEFAULT-VALUE}.")
  private String topic;

  @Option(
      names = "--long",
      description = "Several lines for each alert: field by field, and where the record is.")
  private boolean detailed;

  @Mixin private ReadingOptions reading;

  @Mixin private ConnectionOptions connection;

  @Override
  public Integer call() {
    Clock clock = Clock.systemUTC();
    MessageFilter filter = reading.filter(clock);
    Printing<AnomalyAlert> printing =
        new Printing<>(command.commandLine().getOut(), reading.limit(), filter::accepts, printer());
    if (printing.isWanted()) {
      try (MessageReader<AnomalyAlert> reader =
          new MessageReader<>(
              connection.settingsOrRunningDemo(),
              topic,
              AnomalyAlert.class,
              reading.start(clock))) {
        reader.read(reading.follow(), printing);
      }
    }
    return ExitCode.OK;
  }

  private Function<AnomalyAlert, String> printer() {
    if (reading.json()) {
      return AvroJson::line;
    }
    return detailed ? alert -> AlertPrinter.readable(alert) + "\n" : AlertPrinter::line;
  }
}
