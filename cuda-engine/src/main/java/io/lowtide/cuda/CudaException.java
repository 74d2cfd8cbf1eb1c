package io.lowtide.cuda;

/** The CUDA driver or its compiler refused a call. */
public final class CudaException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int error;

  /**
   * @param message what was refused, and how the library puts it
   * @param error its number
   */
  CudaException(String message, int error) {
    super(message);
    this.error = error;
  }

  /** The library's number of the error. */
  public int error() {
    return error;
  }
}
