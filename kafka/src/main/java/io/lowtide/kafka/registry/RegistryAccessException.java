package io.lowtide.kafka.registry;

import java.util.List;

/**
 * The registry refused the credentials (HTTP 401 or 403). Transient, since it says nothing about
 * the schema: the call succeeds once the credentials are right.
 */
public final class RegistryAccessException extends SchemaRegistryException {

  private final List<String> urls;
  private final int status;

  RegistryAccessException(List<String> urls, int status, Throwable cause) {
    super(
        "The schema registry at "
            + String.join(", ", urls)
            + " refused access (HTTP "
            + status
            + "): check the credentials and their permissions",
        cause);
    this.urls = List.copyOf(urls);
    this.status = status;
  }

  /** The URLs of the registry, without credentials. */
  public List<String> urls() {
    return urls;
  }

  /** The HTTP status: 401 or 403. */
  public int status() {
    return status;
  }

  @Override
  public boolean isTransient() {
    return true;
  }
}
