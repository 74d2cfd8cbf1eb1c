package io.lowtide.trainer.evaluation;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * By what scores become alerts and episodes.
 *
 * @param budget false-alarm budget; empty for the one that the scores were judged by
 * @param window alerts less than this away from a published one of their key are withheld
 * @param silence anomalies up to this far from an episode belong to it
 */
public record AlertRules(OptionalDouble budget, Duration window, Duration silence) {}
