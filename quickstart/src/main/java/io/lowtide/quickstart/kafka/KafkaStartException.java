package io.lowtide.quickstart.kafka;

import java.nio.file.Path;

/** The embedded broker did not start. */
public final class KafkaStartException extends RuntimeException {

  private final transient Path directory;
  private final int port;

  KafkaStartException(Path directory, int port, Throwable cause) {
    super(
        "Kafka did not start on "
            + (port == 0 ? "a free port" : "port " + port)
            + " with its data in "
            + directory
            + ": "
            + cause,
        cause);
    this.directory = directory;
    this.port = port;
  }

  /** Where its data are. */
  public Path directory() {
    return directory;
  }

  /** The port asked for, 0 for a free one. */
  public int port() {
    return port;
  }
}
