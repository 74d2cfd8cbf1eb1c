package io.lowtide.stream;

import io.lowtide.stream.cli.StreamCommand;
import picocli.CommandLine;

/** The stream application by itself, as its container image runs it. */
public final class StreamMain {

  private StreamMain() {}

  /** Takes the options of {@code lowtide stream}, and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new StreamCommand()).execute(arguments));
  }
}
