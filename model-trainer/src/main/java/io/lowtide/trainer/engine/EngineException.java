package io.lowtide.trainer.engine;

/** No engine, or not the one that was asked for, can run on this machine. */
public final class EngineException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message one line for people: what is missing, and the remedy
   * @param cause what it shows by; null where there is none
   */
  public EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
