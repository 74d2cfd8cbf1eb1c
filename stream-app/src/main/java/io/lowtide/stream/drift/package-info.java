/** Watches in each source partition whether its records have drifted from the calibration. */
package io.lowtide.stream.drift;
