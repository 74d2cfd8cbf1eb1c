package io.lowtide.trainer.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Folders that results go to: what is wrong with one is to be known before the work, not after. */
public final class OutputFolder {

  private static final Logger LOG = LoggerFactory.getLogger(OutputFolder.class);

  private OutputFolder() {}

  /**
   * Makes a folder if it is missing, and tries to write to it.
   *
   * @param bytes that there should be room for
   * @throws DataException if it cannot be written to, or has no room
   */
  public static void require(Path folder, long bytes) {
    try {
      Files.createDirectories(folder);
      WholeFile.write(folder.resolve("run.probe"), new byte[1]);
      Files.delete(folder.resolve("run.probe"));
    } catch (IOException e) {
      throw new DataException(
          folder
              + ": cannot be written to, expected a folder for what a run keeps: "
              + Causes.withKind(e),
          e);
    }
    try {
      long usable = Files.getFileStore(folder).getUsableSpace();
      if (usable < bytes) {
        throw new DataException(
            folder
                + ": "
                + (usable >> 20)
                + " MiB of disk space left, expected at least "
                + (bytes >> 20)
                + " MiB for a run");
      }
    } catch (IOException e) {
      LOG.warn("{}: how much disk space is left cannot be told: {}", folder, Causes.withKind(e));
    }
  }
}
