package io.lowtide.kafka.connection;

import io.lowtide.kafka.fault.FaultText;
import io.lowtide.kafka.settings.Secrets;

/** A client of Kafka or of the schema registry cannot be made with the settings it was given. */
public final class ClientSettingsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

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

  /** The first cause tells what is wrong, the one it caused often with what: they are told. */
  private static String reason(Throwable fault) {
    Throwable cause = FaultText.firstCause(fault);
    String first = FaultText.ofFirstCause(cause);
    Throwable outer = fault;
    while (outer != cause && outer.getCause() != cause) {
      outer = outer.getCause();
    }
    String message = outer == cause ? null : outer.getMessage();
    boolean saysMore = message != null && !message.contains(String.valueOf(cause.getMessage()));
    return Secrets.hide(saysMore ? message.lines().findFirst().orElse("") + ": " + first : first);
  }
}
