package io.lowtide.benchmarks;

import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.calibration.BudgetException;
import io.lowtide.trainer.data.DataException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says what was wrong with the input in one line; anything else keeps its stack trace. */
public final class OneLineErrors implements IExecutionExceptionHandler {

  @Override
  public int handleExecutionException(
      Exception fault, CommandLine commandLine, ParseResult parseResult) throws Exception {
    if (!(fault instanceof DataException
        || fault instanceof ConfigException
        || fault instanceof BudgetException
        || fault instanceof BundleException
        || fault instanceof IllegalArgumentException
        || fault instanceof IOException)) {
      throw fault;
    }
    String message =
        fault instanceof NoSuchFileException missing
            ? missing.getFile() + ": no such file"
            : fault.getMessage();
    commandLine.getErr().println(commandLine.getCommandName() + ": " + message);
    return CommandLine.ExitCode.USAGE;
  }
}
