/**
 * Whether p-values are still what they were in calibration. They are judged given the calibration
 * set: {@link DriftReference} has what that allows, {@link DriftWatch} bets against it.
 */
package io.lowtide.density.drift;
