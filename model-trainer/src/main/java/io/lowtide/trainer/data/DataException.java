package io.lowtide.trainer.data;

/**
 * Training data cannot be used; the message names the file, the place, the value and the remedy.
 */
public final class DataException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
