package io.lowtide.stream.config;

import java.time.Duration;

/**
 * How transient faults are retried.
 *
 * @param initialBackoff wait before the first repetition; doubles with each one
 * @param maximumBackoff longest wait between two repetitions
 * @param limit how long one record may hold up its thread before the thread gives it back
 */
public record RetrySettings(Duration initialBackoff, Duration maximumBackoff, Duration limit) {}
