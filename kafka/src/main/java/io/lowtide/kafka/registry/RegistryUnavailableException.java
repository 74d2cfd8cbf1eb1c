package io.lowtide.kafka.registry;

import java.util.List;

/**
 * No usable answer from the registry: connection refused, timed out, overloaded, broken, or not a
 * registry at all.
 */
public final class RegistryUnavailableException extends SchemaRegistryException {

  private final List<String> urls;

  RegistryUnavailableException(List<String> urls, Throwable cause) {
    super(
        "No usable answer from the schema registry at "
            + String.join(", ", urls)
            + ": "
            + cause.getMessage(),
        cause);
    this.urls = List.copyOf(urls);
  }

  /** The URLs that were tried, without credentials. */
  public List<String> urls() {
    return urls;
  }

  @Override
  public boolean isTransient() {
    return true;
  }
}
