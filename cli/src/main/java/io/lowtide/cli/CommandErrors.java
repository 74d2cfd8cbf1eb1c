package io.lowtide.cli;

import io.lowtide.kafka.settings.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns what went wrong into one line and an exit code. What people can mend is told in one line,
 * and the command ends with 2: options that are not as expected, files, Kafka's own faults, and
 * every error that has a type of its own here, whose message names the thing, the value and what
 * was expected. Anything else is a fault of the program: it keeps its stack trace, and the command
 * ends with 1.
 */
public final class CommandErrors implements IExecutionExceptionHandler, IParameterExceptionHandler {

  private static final String OWN_TYPES = "io.lowtide.";

  @Override
  public int handleExecutionException(Exception fault, CommandLine command, ParseResult parseResult)
      throws Exception {
    Throwable cause = cause(fault);
    if (!isForPeople(cause)) {
      throw Secrets.hide(fault) instanceof Exception told ? told : fault;
    }
    return tell(command, message(cause));
  }

  @Override
  public int handleParseException(ParameterException fault, String[] arguments) {
    Secrets.rememberArguments(arguments);
    CommandLine command = fault.getCommandLine();
    String help = command.getCommandSpec().qualifiedName() + " --help";
    return tell(command, fault.getMessage() + suggestion(fault) + " (see " + help + ")");
  }

  private static String suggestion(ParameterException fault) {
    return fault instanceof UnmatchedArgumentException unmatched
        ? unmatched.getSuggestions().stream()
            .findFirst()
            .map(name -> "; did you mean " + name + "?")
            .orElse("")
        : "";
  }

  private static int tell(CommandLine command, String message) {
    command
        .getErr()
        .println(command.getCommandSpec().qualifiedName() + ": " + Secrets.hide(message));
    return ExitCode.USAGE;
  }

  /** Whether people can mend it; if not, it is a fault of the program. */
  public static boolean isForPeople(Throwable fault) {
    return fault instanceof IOException
        || fault instanceof UncheckedIOException
        || fault instanceof KafkaException
        || fault.getClass().getName().startsWith(OWN_TYPES);
  }

  private static Throwable cause(Throwable fault) {
    boolean isWrapper = fault instanceof CompletionException && fault.getCause() != null;
    return isWrapper ? fault.getCause() : fault;
  }

  private static String message(Throwable fault) {
    if (fault instanceof NoSuchFileException missing) {
      return missing.getFile() + ": no such file";
    }
    String message = fault.getMessage() == null ? fault.toString() : fault.getMessage();
    Throwable cause = fault.getCause();
    boolean causeSaysMore =
        fault instanceof KafkaException
            && cause != null
            && cause.getMessage() != null
            && !message.contains(cause.getMessage());
    return causeSaysMore ? message + ": " + cause.getMessage() : message;
  }
}
