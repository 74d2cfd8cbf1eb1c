package io.lowtide.stream.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name by which the consumer group knows an instance again after a restart, so that it need not
 * wait until the killed one is found to be gone. It is kept in the state directory, which no two
 * instances can share.
 */
public final class InstanceName {

  private static final Logger LOG = LoggerFactory.getLogger(InstanceName.class);

  private InstanceName() {}

  /**
   * Reads the name, or makes one up and keeps it.
   *
   * @param file where it is kept
   * @return empty if it cannot be kept
   */
  public static Optional<String> in(Path file) {
    try {
      return Optional.of(UUID.fromString(Files.readString(file).strip()).toString());
    } catch (NoSuchFileException first) {
      return made(file);
    } catch (IOException | IllegalArgumentException unreadable) {
      LOG.warn("{} does not hold the name of an instance: {}", file, unreadable.toString());
      return made(file);
    }
  }

  private static Optional<String> made(Path file) {
    String name = UUID.randomUUID().toString();
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, name + "\n");
      return Optional.of(name);
    } catch (IOException notKept) {
      LOG.warn(
          "{} cannot be written ({}): after a kill the group waits for the session to end",
          file,
          notKept.toString());
      return Optional.empty();
    }
  }
}
