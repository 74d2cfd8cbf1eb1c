package io.lowtide.cli.webhook;

/**
 * What is posted.
 *
 * @param id topic-partition-offset of the message: the same in every attempt
 * @param event what it tells, such as {@code episode.opened}
 * @param body JSON in UTF-8
 */
record Delivery(String id, String event, byte[] body) {}
