package io.lowtide.kafka.episode;

import io.lowtide.schemas.Episode;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;

/**
 * What a record changes about episodes, before anything is changed.
 *
 * @param open the open episodes of each subject that changes
 * @param told what is to be told, in this order
 */
public record EpisodePlan(Map<Bytes, List<OpenEpisode>> open, List<Episode> told) {

  /** Nothing changes. */
  public static final EpisodePlan NOTHING = new EpisodePlan(Map.of(), List.of());
}
