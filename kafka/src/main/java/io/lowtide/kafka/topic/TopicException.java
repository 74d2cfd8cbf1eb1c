package io.lowtide.kafka.topic;

/** A topic is missing, cannot be created, or is not as it is needed. */
public final class TopicException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The error about topics that should exist. */
  public static TopicException missing(String... topics) {
    return new TopicException("topics that do not exist: " + String.join(", ", topics));
  }

  /**
   * @param message the topic, what was found, and what was expected
   */
  public TopicException(String message) {
    super(message);
  }

  TopicException(String message, Throwable cause) {
    super(message, cause);
  }
}
