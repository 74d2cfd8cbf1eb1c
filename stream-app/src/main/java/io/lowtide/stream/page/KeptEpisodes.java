package io.lowtide.stream.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The latest message of each episode, bounded: where there are too many, closed ones go first.
 * Belongs to one thread.
 */
final class KeptEpisodes {

  private static final int MOST = 500;
  private static final long MOST_BYTES = 2 << 20;

  private final Map<String, Kept> byId = new LinkedHashMap<>();
  private final Set<String> changed = new HashSet<>();
  private long bytes;

  private record Kept(JsonNode episode, boolean open, String worst, int bytes) {}

  void clear() {
    byId.clear();
    changed.clear();
    bytes = 0;
  }

  /**
   * Takes in a message.
   *
   * @param size in bytes
   */
  void add(Episode episode, int size) {
    String id = episode.getId();
    forget(byId.remove(id));
    EpisodeRecord worst = episode.getWorst();
    byId.put(
        id,
        new Kept(
            RecordJson.of(episode),
            episode.getClosedBy() == null,
            worst == null ? null : worst.getId(),
            size));
    bytes += size;
    changed.add(id);
    if (isTooMuch()) {
      removeWhile(false);
      removeWhile(true);
    }
  }

  private boolean isTooMuch() {
    return byId.size() > MOST || bytes > MOST_BYTES && byId.size() > 1;
  }

  /** Oldest first. */
  private void removeWhile(boolean openToo) {
    Iterator<Kept> oldest = byId.values().iterator();
    while (isTooMuch() && oldest.hasNext()) {
      Kept kept = oldest.next();
      if (openToo || !kept.open()) {
        oldest.remove();
        forget(kept);
      }
    }
  }

  private void forget(Kept kept) {
    if (kept != null) {
      bytes -= kept.bytes();
    }
  }

  /** Ids of the records that are the worst of an episode. */
  Set<String> worst() {
    Set<String> ids = new HashSet<>();
    byId.values().forEach(kept -> ids.add(kept.worst()));
    return ids;
  }

  /** The same of those episodes that changed since {@link #addChanges}. */
  Set<String> worstOfChanged() {
    Set<String> ids = new HashSet<>();
    changed.stream().map(byId::get).filter(Objects::nonNull).forEach(kept -> ids.add(kept.worst()));
    return ids;
  }

  /** Adds those that changed since the last call. */
  void addChanges(ArrayNode to) {
    List<String> ids = new ArrayList<>(byId.keySet());
    ids.retainAll(changed);
    ids.forEach(id -> to.add(byId.get(id).episode()));
    changed.clear();
  }

  void addAll(ArrayNode to) {
    byId.values().forEach(kept -> to.add(kept.episode()));
  }
}
