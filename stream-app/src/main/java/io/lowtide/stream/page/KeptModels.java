package io.lowtide.stream.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.lowtide.kafka.model.ModelRole;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The models on their topic, one entry for each version, bounded. Belongs to one thread. */
final class KeptModels {

  private static final int MOST = 20;

  private final Map<String, ModelEntry> byVersion = new LinkedHashMap<>();
  private boolean changed;

  void clear() {
    byVersion.clear();
    changed = false;
  }

  /** Takes in a model: a version that is in use, or was, is also kept under a key of its own. */
  void add(ModelEntry model) {
    changed = true;
    ModelEntry known = byVersion.get(model.version());
    if (model.role() == ModelRole.ARCHIVE && known != null) {
      return;
    }
    byVersion.remove(model.version());
    byVersion.put(model.version(), model);
    Iterator<String> oldest = byVersion.keySet().iterator();
    while (byVersion.size() > MOST) {
      oldest.next();
      oldest.remove();
    }
  }

  /** The challenger was taken away. */
  void removeChallenger() {
    changed |= byVersion.values().removeIf(model -> model.role() == ModelRole.CHALLENGER);
  }

  /** Whether there is news since {@link #addAll}. */
  boolean haveChanged() {
    return changed;
  }

  void addAll(ArrayNode to) {
    byVersion.values().forEach(model -> to.add(model.toJson()));
    changed = false;
  }
}
