package io.lowtide.stream.topology;

/** A record has no score and never will: it belongs on the dead-letter topic. */
final class UnscorableRecordException extends Exception {

  private static final long serialVersionUID = 1L;

  private final DeadLetterReason reason;

  UnscorableRecordException(DeadLetterReason reason, String message) {
    this(reason, message, null);
  }

  UnscorableRecordException(DeadLetterReason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  DeadLetterReason reason() {
    return reason;
  }
}
