package io.lowtide.density.bundle;

/** A model bundle is not fit to be used. */
public final class BundleException extends Exception {

  private static final long serialVersionUID = 1L;

  /** What is wrong with it. */
  public enum Reason {
    /** The bytes are not a bundle: truncated, corrupt, or of another schema. */
    UNREADABLE,
    /** Its format version is not one that this reader knows. */
    FORMAT_VERSION,
    /** Its content does not match its SHA-256. */
    HASH_MISMATCH,
    /** A tensor has the wrong length, or a size is out of range. */
    SHAPE,
    /** A number is not finite or out of range. */
    INVALID_VALUE,
    /** A probe record does not score as it did in training. */
    PROBE_MISMATCH
  }

  private final Reason reason;

  BundleException(Reason reason, String message) {
    this(reason, message, null);
  }

  BundleException(Reason reason, String message, Throwable cause) {
    super("model bundle refused (" + reason + "): " + message, cause);
    this.reason = reason;
  }

  /** What is wrong with the bundle. */
  public Reason reason() {
    return reason;
  }
}
