package io.lowtide.stream.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.lowtide.schemas.DriftEvent;
import java.util.LinkedHashMap;
import java.util.Map;

/** The latest message of each drift, the newest ones. Belongs to one thread. */
final class KeptDrifts {

  private static final int MOST = 200;

  private final Map<String, JsonNode> byId = new LinkedHashMap<>();
  private boolean changed;

  void clear() {
    byId.clear();
    changed = false;
  }

  /** Takes in a message. */
  void add(DriftEvent event) {
    byId.remove(event.getId());
    byId.put(event.getId(), RecordJson.of(event));
    if (byId.size() > MOST) {
      byId.remove(byId.keySet().iterator().next());
    }
    changed = true;
  }

  /** Whether there is something new since the last {@link #addAll}. */
  boolean haveChanged() {
    return changed;
  }

  void addAll(ArrayNode to) {
    byId.values().forEach(to::add);
    changed = false;
  }
}
