package io.lowtide.stream.topology;

/**
 * A source record on its way to be judged. Its message in Kafka Streams carries the timestamp that
 * the topics take, which changelogs get, too; this one carries its own.
 *
 * @param value as it came, or null
 * @param eventTime as it came, in milliseconds since 1970
 */
record Arrival(byte[] value, long eventTime) {}
