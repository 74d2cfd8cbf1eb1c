package io.lowtide.stream.retry;

import java.util.Locale;

/** What the application cannot do without for long. */
public enum Dependency {
  /** The brokers: without them nothing is read or written. */
  KAFKA("Kafka"),
  /** The schema registry: without it records of schemas not met before wait. */
  SCHEMA_REGISTRY("the schema registry");

  private final String title;

  Dependency(String title) {
    this.title = title;
  }

  /** Its name in the middle of a sentence. */
  String title() {
    return title;
  }

  /** Its name as a label of metrics. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
