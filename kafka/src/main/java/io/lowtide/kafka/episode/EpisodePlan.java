package io.lowtide.kafka.episode;

import io.lowtide.schemas.Episode;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;

/**
 * What a record changes about episodes, before anything is changed.
 *
 * @param before the open episodes of subjects that were looked up for it, as they were
 * @param open the open episodes of each subject that changes
 * @param told what is to be told, in this order
 */
public record EpisodePlan(
    Map<Bytes, List<OpenEpisode>> before, Map<Bytes, List<OpenEpisode>> open, List<Episode> told) {

  /** Nothing changes. */
  public static final EpisodePlan NOTHING = new EpisodePlan(Map.of(), Map.of(), List.of());
}
