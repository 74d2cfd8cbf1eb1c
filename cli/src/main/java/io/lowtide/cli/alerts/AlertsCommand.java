package io.lowtide.cli.alerts;

import io.lowtide.cli.ConnectionOptions;
import io.lowtide.cli.LowtideCommand;
import io.lowtide.kafka.alert.AlertReader;
import io.lowtide.kafka.topic.DefaultTopics;
import io.lowtide.schemas.AnomalyAlert;
import java.io.PrintWriter;
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
    description = "Prints alerts from the beginning of their topic, field by field.")
public final class AlertsCommand implements LowtideCommand {

  @Spec private CommandSpec command;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = DefaultTopics.ALERTS,
      description = "Topic of the alerts; default: ${DEFAULT-VALUE}.")
  private String topic;

  @Option(names = "--follow", description = "Wait for more at the end, until interrupted.")
  private boolean follow;

  @Option(names = "--json", description = "One JSON object per line.")
  private boolean json;

  @Option(names = "--limit", paramLabel = "N", description = "End after this many alerts.")
  private long limit = Long.MAX_VALUE;

  @Mixin private ConnectionOptions connection;

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    try (AlertReader reader = new AlertReader(connection.settingsOrRunningDemo(), topic)) {
      reader.read(follow, limit, alert -> print(out, alert));
    }
    return ExitCode.OK;
  }

  private void print(PrintWriter out, AnomalyAlert alert) {
    out.println(json ? AlertPrinter.json(alert) : AlertPrinter.readable(alert));
    if (!json) {
      out.println();
    }
    out.flush();
  }
}
