package io.lowtide.stream.deadletter;

/** A record has no score and never will: it belongs on the dead-letter topic. */
public final class UnscorableRecordException extends Exception {

  private static final long serialVersionUID = 1L;

  private final DeadLetterReason reason;

  /**
   * @param message for a person: what was found, what was expected
   */
  public UnscorableRecordException(DeadLetterReason reason, String message) {
    this(reason, message, null);
  }

  /**
   * @param message for a person: what was found, what was expected
   * @param cause the fault it shows by
   */
  public UnscorableRecordException(DeadLetterReason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why it has none. */
  public DeadLetterReason reason() {
    return reason;
  }
}
