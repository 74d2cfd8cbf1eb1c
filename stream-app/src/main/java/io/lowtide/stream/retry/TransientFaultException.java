package io.lowtide.stream.retry;

/** A record could not be dealt with for now; read again from the last commit, it may be. */
public final class TransientFaultException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what could not be done
   * @param cause the fault; null where there is none but the shutdown
   */
  public TransientFaultException(String message, Throwable cause) {
    super(message, cause);
  }
}
