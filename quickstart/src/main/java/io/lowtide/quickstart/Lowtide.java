package io.lowtide.quickstart;

import io.lowtide.quickstart.demo.DemoCommand;
import io.lowtide.stream.cli.AlertsCommand;
import io.lowtide.stream.cli.PublishCommand;
import io.lowtide.stream.cli.StreamCommand;
import io.lowtide.trainer.command.EvaluateCommand;
import io.lowtide.trainer.command.FeaturesCommand;
import io.lowtide.trainer.command.TrainCommand;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Every command in one: what the launcher runs. */
@Command(
    name = "lowtide",
    mixinStandardHelpOptions = true,
    version = "Lowtide 0.1.0",
    description = "Finds anomalies in Kafka topics by learning the density of normal records.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      FeaturesCommand.class,
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
    CommandLine command = new CommandLine(new Lowtide());
    command.getSubcommands().get("alerts").setDefaultValueProvider(Lowtide::runningDemo);
    System.exit(command.execute(arguments));
  }

  /** Alerts come from a demo that is still running, unless something else is named. */
  private static String runningDemo(ArgSpec argument) {
    boolean isConfig =
        argument instanceof OptionSpec option && option.longestName().equals("--config");
    return isConfig ? DemoCommand.runningDemo().map(Path::toString).orElse(null) : null;
  }
}
