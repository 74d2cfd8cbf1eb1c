package io.lowtide.kafka.settings;

/** Says what another exception says, but for the secrets in it. */
public final class HiddenSecretException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String original;

  /**
   * @param original class of the other exception
   * @param message its message without secrets, or null
   * @param cause its cause without secrets, or null
   */
  HiddenSecretException(Class<? extends Throwable> original, String message, Throwable cause) {
    super(message, cause);
    this.original = original.getName();
  }

  /** As the other exception would be printed. */
  @Override
  public String toString() {
    return getMessage() == null ? original : original + ": " + getMessage();
  }
}
