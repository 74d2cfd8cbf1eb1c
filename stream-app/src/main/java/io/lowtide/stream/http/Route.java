package io.lowtide.stream.http;

import java.util.function.Supplier;

/**
 * A path that is answered, to GET and HEAD alone.
 *
 * @param path the whole path, such as {@code /metrics}; those below it are not found
 * @param answer makes the answer, for each request anew
 */
public record Route(String path, Supplier<Answer> answer) {}
