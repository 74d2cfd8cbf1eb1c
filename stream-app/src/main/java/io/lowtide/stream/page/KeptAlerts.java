package io.lowtide.stream.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.lowtide.schemas.AnomalyAlert;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The newest alerts, bounded. Fewer of them are sent: the newest, and those that an episode is
 * shown by. Belongs to one thread.
 */
final class KeptAlerts {

  private static final int MOST = 1_000;
  private static final long MOST_BYTES = 4 << 20;
  private static final int NEWEST_SENT = 200;

  private final Map<String, Kept> byId = new LinkedHashMap<>();
  private final Set<String> added = new HashSet<>();
  private long bytes;

  private record Kept(JsonNode alert, int bytes) {}

  void clear() {
    byId.clear();
    added.clear();
    bytes = 0;
  }

  /**
   * Takes in an alert.
   *
   * @param size of its message, in bytes
   */
  void add(AnomalyAlert alert, int size) {
    Kept before = byId.remove(alert.getId());
    bytes += size - (before == null ? 0 : before.bytes());
    byId.put(alert.getId(), new Kept(RecordJson.of(alert), size));
    added.add(alert.getId());
    Iterator<Map.Entry<String, Kept>> oldest = byId.entrySet().iterator();
    while (byId.size() > MOST || bytes > MOST_BYTES && byId.size() > 1) {
      Map.Entry<String, Kept> forgotten = oldest.next();
      bytes -= forgotten.getValue().bytes();
      added.remove(forgotten.getKey());
      oldest.remove();
    }
  }

  /**
   * Adds what is to be sent of those that came since the last call.
   *
   * @param shownBy ids of those that an episode is shown by
   * @param wanted ids of those that are to be sent, whether they are new or not
   */
  void addChanges(ArrayNode to, Set<String> shownBy, Set<String> wanted) {
    add(
        to,
        id -> added.contains(id) && shownBy.contains(id) || wanted.contains(id),
        added::contains);
    added.clear();
  }

  /**
   * Adds what is to be sent to those who come new.
   *
   * @param shownBy ids of those that an episode is shown by
   */
  void addAll(ArrayNode to, Set<String> shownBy) {
    add(to, shownBy::contains, id -> true);
  }

  private void add(ArrayNode to, Predicate<String> always, Predicate<String> ifAmongNewest) {
    int older = byId.size() - NEWEST_SENT;
    for (Map.Entry<String, Kept> kept : byId.entrySet()) {
      boolean amongNewest = older-- <= 0;
      String id = kept.getKey();
      if (always.test(id) || amongNewest && ifAmongNewest.test(id)) {
        to.add(kept.getValue().alert());
      }
    }
  }
}
