package io.lowtide.stream.http;

/**
 * What is answered to a request.
 *
 * @param status HTTP's
 * @param contentType media type of the body
 * @param body text, sent in UTF-8
 */
record Answer(int status, String contentType, String body) {}
