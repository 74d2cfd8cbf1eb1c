package io.lowtide.stream.http;

/** Something served under a path, to GET and HEAD alone. */
public sealed interface Resource permits Route, Document, EventRoute {

  /** Beginning of the paths of a page's parts, which nobody asks for by themselves. */
  String PARTS = "/page/";

  /** The whole path, such as {@code /metrics}; those below it are not found. */
  String path();

  /** The names that it may be asked for under. */
  HostNames hosts();
}
