package io.lowtide.stream.cli;

import io.lowtide.density.bundle.BundleException;
import io.lowtide.schemas.registry.SchemaRegistryException;
import io.lowtide.stream.config.SettingsException;
import io.lowtide.stream.kafka.TopicException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Model.CommandSpec;

/** Tells people what they can mend in one line, without a stack trace. */
final class UserErrors {

  /** Exit code for what the user can mend. */
  static final int EXIT_CODE = 2;

  private UserErrors() {}

  /**
   * Runs a command.
   *
   * @return its exit code, or {@link #EXIT_CODE}
   * @throws Exception what is not the user's to mend
   */
  static int report(CommandSpec command, Callable<Integer> body) throws Exception {
    try {
      return body.call();
    } catch (Exception e) {
      if (!isForUser(e)) {
        throw e;
      }
      command.commandLine().getErr().println(command.qualifiedName() + ": " + message(e));
      return EXIT_CODE;
    }
  }

  static boolean isForUser(Throwable fault) {
    return fault instanceof SettingsException
        || fault instanceof TopicException
        || fault instanceof BundleException
        || fault instanceof SchemaRegistryException
        || fault instanceof KafkaException
        || fault instanceof IOException;
  }

  static String message(Throwable fault) {
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
