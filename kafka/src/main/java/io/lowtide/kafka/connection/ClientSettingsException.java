package io.lowtide.kafka.connection;

import io.lowtide.kafka.settings.Secrets;

/** A client of Kafka or of the schema registry cannot be made with the settings it was given. */
public final class ClientSettingsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final int DEEPEST_CAUSE = 16;

  /**
   * @param settings which settings, such as {@code kafka.*}
   * @param client what cannot be made of them
   * @param cause why; secrets in it are hidden
   */
  public ClientSettingsException(String settings, String client, Throwable cause) {
    super(
        settings + ": no " + client + " can be made with these settings: " + reason(cause),
        Secrets.hide(cause));
  }

  /** The first cause tells what is wrong, the others which client found it. */
  private static String reason(Throwable fault) {
    Throwable cause = fault;
    for (int depth = 0; cause.getCause() != null && depth < DEEPEST_CAUSE; depth++) {
      cause = cause.getCause();
    }
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    String named =
        cause instanceof java.io.IOException || cause instanceof RuntimeException
            ? message
            : cause.getClass().getSimpleName() + ": " + message;
    return Secrets.hide(named.lines().findFirst().orElse(""));
  }
}
