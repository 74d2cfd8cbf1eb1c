package io.lowtide.stream.detection;

import io.lowtide.density.bundle.ModelBundle;

/**
 * A model in use.
 *
 * @param bundle the verified bundle
 * @param budget false-alarm budget in force: an alert when p is at most this
 */
public record ActiveModel(ModelBundle bundle, double budget) {}
