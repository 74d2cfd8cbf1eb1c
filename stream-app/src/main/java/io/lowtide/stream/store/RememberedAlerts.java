package io.lowtide.stream.store;

import io.lowtide.density.suppression.SuppressionState;

/**
 * What is stored about the alerts of one key.
 *
 * @param order how many anomalies had been remembered before when this was: 0, 1, 2, ...
 * @param state what is known
 */
public record RememberedAlerts(long order, SuppressionState state) {}
