package io.lowtide.stream.config;

import io.lowtide.density.drift.DriftSettings;
import java.util.Optional;

/**
 * How drift is watched.
 *
 * @param watch what counts as drift
 * @param groupField field by whose values it is watched besides; dots descend into nested records
 * @param groupLimit most such values in each source partition, at least 1
 */
public record DriftWatchSettings(
    DriftSettings watch, Optional<String> groupField, int groupLimit) {}
