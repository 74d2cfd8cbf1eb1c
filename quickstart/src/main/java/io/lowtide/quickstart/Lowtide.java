package io.lowtide.quickstart;

import io.lowtide.quickstart.demo.DemoCommand;
import io.lowtide.stream.cli.AlertsCommand;
import io.lowtide.stream.cli.PublishCommand;
import io.lowtide.stream.cli.StreamCommand;
import io.lowtide.trainer.command.EvaluateCommand;
import io.lowtide.trainer.command.TrainCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Every command in one: what the launcher runs. */
@Command(
    name = "lowtide",
    mixinStandardHelpOptions = true,
    version = "Lowtide 0.1.0",
    description = "Finds anomalies in Kafka topics by learning the density of normal records.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      PublishCommand.class,
      StreamCommand.class,
      AlertsCommand.class
    })
public final class Lowtide {

  private Lowtide() {}

  /** Runs the command named by the arguments, and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Lowtide()).execute(arguments));
  }
}
