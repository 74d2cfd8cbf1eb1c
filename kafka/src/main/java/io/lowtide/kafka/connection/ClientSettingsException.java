package io.lowtide.kafka.connection;

import io.lowtide.kafka.fault.FaultText;
import io.lowtide.kafka.settings.Secrets;
import java.io.IOException;

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

  /** The first cause tells what is wrong, the others which client found it. */
  private static String reason(Throwable fault) {
    Throwable cause = FaultText.firstCause(fault);
    boolean saysEnough =
        cause.getMessage() != null
            && (cause instanceof IOException || cause instanceof RuntimeException);
    String named = saysEnough ? cause.getMessage() : FaultText.ofFirstCause(fault);
    return Secrets.hide(named.lines().findFirst().orElse(""));
  }
}
