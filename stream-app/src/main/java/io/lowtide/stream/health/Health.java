package io.lowtide.stream.health;

/** What the application says about itself. */
public interface Health {

  /** Whether the application can still do its work; if not, only a restart helps. */
  boolean isLive();

  /** Whether a model is in use and the stream runs. */
  Readiness readiness();
}
