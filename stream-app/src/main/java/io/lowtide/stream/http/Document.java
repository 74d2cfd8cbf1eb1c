package io.lowtide.stream.http;

/**
 * A path with the same answer each time.
 *
 * @param path the whole path, such as {@code /page/page.css}
 * @param hosts the names that it may be asked for under
 * @param answer the answer
 */
public record Document(String path, HostNames hosts, Answer answer) implements Resource {}
