package io.lowtide.trainer.fit;

import io.lowtide.trainer.engine.TrainingEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files that a training goes on from: one for each of its fits, beside each other. */
public final class Checkpoints {

  private final Path file;
  private final String fingerprint;
  private final double weightDecay;

  /**
   * @param file of the fit whose flow serves
   * @param fingerprint of all that decides the result, but the engine
   */
  Checkpoints(Path file, String fingerprint, double weightDecay) {
    this.file = file;
    this.fingerprint = fingerprint;
    this.weightDecay = weightDecay;
  }

  /**
   * The file of one fit.
   *
   * @param part which; empty: the one whose flow serves
   */
  CheckpointFile of(String part, TrainingEngine engine) {
    return new CheckpointFile(
        part.isEmpty() ? file : file.resolveSibling(file.getFileName() + "." + part),
        fingerprint + " " + part + " " + engine.description(),
        weightDecay);
  }

  /**
   * Deletes the files of a training that is finished, or is to begin anew.
   *
   * @param file of the fit whose flow serves
   * @throws IOException if one cannot be deleted
   */
  public static void delete(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      return;
    }
    String name = file.getFileName().toString();
    List<Path> found;
    try (Stream<Path> files = Files.list(folder)) {
      found =
          files
              .filter(
                  other -> {
                    String theirs = other.getFileName().toString();
                    return theirs.equals(name) || theirs.startsWith(name + ".");
                  })
              .toList();
    }
    for (Path checkpoint : found) {
      Files.deleteIfExists(checkpoint);
    }
  }
}
