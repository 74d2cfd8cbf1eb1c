package io.lowtide.kafka.topic;

/** A topic is missing, or cannot be created. */
public final class TopicException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The error about topics that should exist. */
  public static TopicException missing(String... topics) {
    return new TopicException("topics that do not exist: " + String.join(", ", topics));
  }

  private TopicException(String message) {
    super(message);
  }

  TopicException(String message, Throwable cause) {
    super(message, cause);
  }
}
