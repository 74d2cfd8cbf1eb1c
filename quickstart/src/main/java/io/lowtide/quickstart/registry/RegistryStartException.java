package io.lowtide.quickstart.registry;

import java.nio.file.Path;

/** The schema registry's process did not start. */
public final class RegistryStartException extends RuntimeException {

  private final transient Path log;

  RegistryStartException(String problem, Path log, String logTail, Throwable cause) {
    super(
        "The schema registry did not start: "
            + problem
            + System.lineSeparator()
            + "End of its log "
            + log
            + ":"
            + System.lineSeparator()
            + logTail,
        cause);
    this.log = log;
  }

  /** File with its whole output. */
  public Path log() {
    return log;
  }
}
