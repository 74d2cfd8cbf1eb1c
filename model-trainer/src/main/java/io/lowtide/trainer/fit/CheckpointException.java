package io.lowtide.trainer.fit;

import java.io.IOException;
import java.nio.file.Path;

/** A checkpoint cannot be resumed from. */
public final class CheckpointException extends IOException {

  private static final long serialVersionUID = 1L;

  CheckpointException(Path file, String reason) {
    super(file + ": " + reason + "; remove the file to start afresh");
  }
}
