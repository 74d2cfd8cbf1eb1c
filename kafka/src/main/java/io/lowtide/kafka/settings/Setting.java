package io.lowtide.kafka.settings;

/**
 * One setting as somebody wrote it.
 *
 * @param name the setting's name, such as {@code alerts.topic}
 * @param value its text
 * @param writtenAs what the person wrote, such as {@code LOWTIDE_ALERTS_TOPIC}
 * @param origin where it was written, such as {@code stream.properties}
 */
record Setting(String name, String value, String writtenAs, String origin) {

  /** A line about this setting, for people. */
  String problem(String message) {
    return writtenAs + " (" + origin + "): " + message;
  }

  /** Never shows the value: it may be a secret. */
  @Override
  public String toString() {
    return name + " (" + origin + ")";
  }
}
