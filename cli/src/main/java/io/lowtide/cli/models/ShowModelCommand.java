package io.lowtide.cli.models;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lowtide models show}: one model. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Shows what a model was made of, how, and why it was published.")
final class ShowModelCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Parameters(index = "0", paramLabel = "DETECTOR", description = "Detector.")
  private String detector;

  @Parameters(
      index = "1",
      paramLabel = "VERSION",
      arity = "0..1",
      defaultValue = "champion",
      description = "Version, or champion or challenger; default: ${DEFAULT-VALUE}.")
  private String version;

  @Mixin private ModelsTopic topic;

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    ModelDescription.of(topic.bundle(topic.read(), detector, version))
        .forEach((name, value) -> out.printf("%-28s %s%n", name, value));
    out.flush();
    return ExitCode.OK;
  }
}
