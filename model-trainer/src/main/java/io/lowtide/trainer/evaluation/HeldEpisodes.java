package io.lowtide.trainer.evaluation;

import io.lowtide.kafka.episode.EpisodeMemory;
import io.lowtide.kafka.episode.OpenEpisode;
import io.lowtide.kafka.episode.PartitionState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;

/** Open episodes in memory, for as long as a replay takes. */
final class HeldEpisodes implements EpisodeMemory {

  private static final Bytes NO_KEY = Bytes.wrap(new byte[] {'n'});
  private static final Bytes UNSCORABLE = Bytes.wrap(new byte[] {'u'});

  private final Map<Bytes, List<OpenEpisode>> open = new HashMap<>();

  @Override
  public Map<Bytes, List<OpenEpisode>> all() {
    return open;
  }

  @Override
  public List<OpenEpisode> of(Bytes subject) {
    return open.getOrDefault(subject, List.of());
  }

  @Override
  public void remember(Bytes subject, List<OpenEpisode> episodes) {
    if (episodes.isEmpty()) {
      open.remove(subject);
    } else {
      open.put(subject, List.copyOf(episodes));
    }
  }

  @Override
  public Optional<PartitionState> partition() {
    return Optional.empty();
  }

  @Override
  public void remember(PartitionState state) {
    // Whoever replays holds it.
  }

  @Override
  public Bytes subject(byte[] key) {
    if (key == null) {
      return NO_KEY;
    }
    byte[] subject = new byte[key.length + 1];
    subject[0] = 'k';
    System.arraycopy(key, 0, subject, 1, key.length);
    return Bytes.wrap(subject);
  }

  @Override
  public Bytes unscorable() {
    return UNSCORABLE;
  }
}
