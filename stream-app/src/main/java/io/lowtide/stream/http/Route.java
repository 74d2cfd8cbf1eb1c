package io.lowtide.stream.http;

import java.util.function.Supplier;

/**
 * A path whose answer is made for each request anew, on a thread of the route's own.
 *
 * @param path the whole path, such as {@code /metrics}
 * @param hosts the names that it may be asked for under
 * @param answer makes the answer
 */
public record Route(String path, HostNames hosts, Supplier<Answer> answer) implements Resource {

  /** Under any name. */
  public Route(String path, Supplier<Answer> answer) {
    this(path, HostNames.any(), answer);
  }
}
