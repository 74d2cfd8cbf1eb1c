package io.lowtide.trainer.backend;

/** The tensor library cannot run on this machine. */
public final class BackendException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BackendException(String message, Throwable cause) {
    super(message, cause);
  }
}
