package io.lowtide.cli;

import java.util.Comparator;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: every command on the class path in one. */
@Command(
    name = "lowtide",
    mixinStandardHelpOptions = true,
    version = "Lowtide 0.1.0",
    description = "Finds anomalies in Kafka topics by learning the density of normal records.",
    synopsisSubcommandLabel = "COMMAND")
public final class Lowtide {

  private Lowtide() {}

  /** Runs the command named by the arguments, and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(
        commandLine()
            .setOut(ConsoleEncoding.writer(System.out, "stdout"))
            .setErr(ConsoleEncoding.writer(System.err, "stderr"))
            .execute(arguments));
  }

  /** The command line with the commands on the class path, in alphabetical order. */
  public static CommandLine commandLine() {
    CommandLine lowtide = new CommandLine(new Lowtide());
    ServiceLoader.load(LowtideCommand.class, Lowtide.class.getClassLoader()).stream()
        .map(found -> new CommandLine(found.get()))
        .sorted(Comparator.comparing(CommandLine::getCommandName))
        .forEach(lowtide::addSubcommand);
    return withErrors(lowtide);
  }

  /** One command by itself, with the same errors. */
  public static CommandLine commandLine(Object command) {
    return withErrors(new CommandLine(command));
  }

  private static CommandLine withErrors(CommandLine commands) {
    // Its warnings repeat values, which may be secrets; what it cannot take it throws.
    CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
    CommandErrors errors = new CommandErrors();
    return commands.setExecutionExceptionHandler(errors).setParameterExceptionHandler(errors);
  }
}
