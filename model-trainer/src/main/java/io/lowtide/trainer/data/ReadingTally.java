package io.lowtide.trainer.data;

import java.time.Instant;
import java.util.Optional;

/**
 * What a reading met.
 *
 * @param read records that could be read, whether they were kept or not
 * @param unreadable records that could not be decoded, or do not hold what is read of them
 * @param leftOut records left out because they were asked to be
 * @param from time of the earliest record, where the source has times
 * @param to time of the latest one
 */
public record ReadingTally(
    long read, long unreadable, long leftOut, Optional<Instant> from, Optional<Instant> to) {}
