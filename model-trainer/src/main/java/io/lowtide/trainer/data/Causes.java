package io.lowtide.trainer.data;

/** What went wrong, for messages. */
public final class Causes {

  private Causes() {}

  /** The message of a fault, or of what caused it; else its kind. */
  public static String text(Throwable fault) {
    for (Throwable at = fault; at != null; at = at.getCause()) {
      if (at.getMessage() != null && !at.getMessage().isBlank()) {
        return at.getMessage();
      }
    }
    return fault.getClass().getSimpleName();
  }
}
