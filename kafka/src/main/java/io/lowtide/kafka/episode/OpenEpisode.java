package io.lowtide.kafka.episode;

import io.lowtide.schemas.Episode;

/**
 * An episode that may go on.
 *
 * @param episode as it would be told now
 * @param touched time of its partition when its last record came, in milliseconds since 1970
 * @param order how many episodes of its partition had been opened before, at least among the open
 *     ones: 0, 1, 2, ...
 * @param dormant whether it was told to be closed because the source is silent, so that a further
 *     record reopens it
 * @param told what was told of how bad it is
 */
public record OpenEpisode(
    Episode episode, long touched, long order, boolean dormant, Badness told) {

  OpenEpisode asleep(Episode closed) {
    return new OpenEpisode(closed, touched, order, true, told);
  }
}
