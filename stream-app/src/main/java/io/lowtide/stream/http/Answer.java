package io.lowtide.stream.http;

import java.util.Map;

/**
 * What is answered to a request.
 *
 * @param status HTTP's
 * @param contentType media type of the body
 * @param body text, sent in UTF-8
 * @param headers further headers, by name
 */
public record Answer(int status, String contentType, String body, Map<String, String> headers) {

  /** Without further headers. */
  public Answer(int status, String contentType, String body) {
    this(status, contentType, body, Map.of());
  }
}
