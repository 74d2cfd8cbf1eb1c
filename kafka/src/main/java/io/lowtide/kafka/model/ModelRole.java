package io.lowtide.kafka.model;

import java.util.Locale;

/** What a bundle on the models topic is there for. */
public enum ModelRole {
  /** Running detectors use it. */
  CHAMPION,
  /** It waits to be promoted, and raises no alert. */
  CHALLENGER,
  /** A version kept beyond compaction, so that a rollback has what to go back to. */
  ARCHIVE;

  /** As headers and options have it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
