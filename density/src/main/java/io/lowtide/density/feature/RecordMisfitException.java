package io.lowtide.density.feature;

/** A record does not fit the feature specification. */
public final class RecordMisfitException extends Exception {

  private static final long serialVersionUID = 1L;

  /** What does not fit. */
  public enum Reason {
    /** The field is not in the record's schema, or is null. */
    MISSING_FIELD,
    /** The field is not what it should be: a number, a category or a time. */
    WRONG_TYPE,
    /** The field is NaN or infinite. */
    NOT_FINITE
  }

  private final Reason reason;

  RecordMisfitException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** What does not fit. */
  public Reason reason() {
    return reason;
  }
}
