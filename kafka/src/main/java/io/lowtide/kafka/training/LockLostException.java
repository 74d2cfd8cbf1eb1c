package io.lowtide.kafka.training;

/** Another process may retrain the detector now, and this one no longer. */
public final class LockLostException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  LockLostException() {
    super("another process has the right to retrain now: nothing of this run is published");
  }

  LockLostException(Throwable cause) {
    super("another process has the right to retrain now: nothing of this run is published", cause);
  }
}
