package io.lowtide.kafka.episode;

import java.time.Duration;

/**
 * What belongs to one episode, and when it is over.
 *
 * @param silence an anomaly up to this far in event time from an open episode of its key belongs to
 *     it; after as much silence the episode is closed
 * @param limit most episodes open at once in a source partition, at least 1
 * @param unscorableShare share of records without a score from which on they are an episode, above
 *     0; at 1 they never are
 */
public record EpisodeSettings(Duration silence, int limit, double unscorableShare) {}
