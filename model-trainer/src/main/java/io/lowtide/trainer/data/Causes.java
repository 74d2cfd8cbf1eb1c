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

  /** The same with the kind before it: the message of a fault of a file may be its name alone. */
  public static String withKind(Throwable fault) {
    return fault.getClass().getSimpleName() + ": " + text(fault);
  }
}
