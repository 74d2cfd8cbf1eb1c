package io.lowtide.stream.detection;

/**
 * What is known about the alerts of one key.
 *
 * @param publishedAt event time of the last published alert, in milliseconds since 1970
 * @param suppressed alerts withheld since then
 */
public record SuppressionState(long publishedAt, long suppressed) {}
