package io.lowtide.cli.models;

import io.lowtide.cli.LowtideCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lowtide models}: what is on the models topic, and what running detectors use. */
@Command(
    name = "models",
    mixinStandardHelpOptions = true,
    description =
        "Lists the models of the models topic, compares them, and chooses the one in use.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ListModelsCommand.class,
      ShowModelCommand.class,
      DiffModelsCommand.class,
      PromoteModelCommand.class,
      WithdrawModelCommand.class,
      RollbackModelCommand.class
    })
public final class ModelsCommand implements LowtideCommand {

  @Spec private CommandSpec command;

  @Override
  public Integer call() {
    command.commandLine().usage(command.commandLine().getErr());
    return ExitCode.USAGE;
  }
}
