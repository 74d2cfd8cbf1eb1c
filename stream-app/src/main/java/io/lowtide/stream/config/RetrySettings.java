package io.lowtide.stream.config;

import java.time.Duration;

/**
 * How transient faults are retried.
 *
 * @param initialBackoff wait before the first repetition; doubles with each one
 * @param maximumBackoff longest wait between two repetitions
 * @param limit how long one record may hold up its thread before the thread gives it back
 * @param limitInOutage the same once an outage is known: the thread has given its records back
 *     before, so that no transaction is kept open, and doing it again and again would keep its
 *     group rebalancing; not shorter than the limit
 */
public record RetrySettings(
    Duration initialBackoff, Duration maximumBackoff, Duration limit, Duration limitInOutage) {}
