package io.lowtide.stream.model;

/** A message on the models topic does not become the model in use. */
final class ModelRefusedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * @param reason short, for a metric's label
   */
  ModelRefusedException(String reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
