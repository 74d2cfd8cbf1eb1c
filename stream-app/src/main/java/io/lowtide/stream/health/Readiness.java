package io.lowtide.stream.health;

/**
 * Whether records are being scored.
 *
 * @param ready whether they are
 * @param reason for a person: what is in use, or what is being waited for
 */
public record Readiness(boolean ready, String reason) {}
