package io.lowtide.kafka.episode;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;

/** What is stored of the episodes of one source partition. */
public interface EpisodeMemory {

  /** The open episodes of all subjects. */
  Map<Bytes, List<OpenEpisode>> all();

  /** The open episodes of one subject, in the order of their opening. */
  List<OpenEpisode> of(Bytes subject);

  /** Remembers these of a subject from now on; none makes it forgotten. */
  void remember(Bytes subject, List<OpenEpisode> open);

  /** What the partition's records have told; empty before the first one. */
  Optional<PartitionState> partition();

  /** Remembers that. */
  void remember(PartitionState state);

  /**
   * The subject of a key's episodes.
   *
   * @param key null for the records without one, which count as of one key
   */
  Bytes subject(byte[] key);

  /** The subject of episodes of records without a score. */
  Bytes unscorable();
}
