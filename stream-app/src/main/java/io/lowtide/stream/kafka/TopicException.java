package io.lowtide.stream.kafka;

/** A topic is missing, or cannot be created. */
public final class TopicException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TopicException(String message) {
    super(message);
  }

  TopicException(String message, Throwable cause) {
    super(message, cause);
  }
}
