package io.lowtide.stream.shadow;

import io.lowtide.stream.detection.ActiveModel;
import java.util.Optional;

/**
 * Holds the model that scores in the shadow of the champion, if there is one, and how the two
 * compare. Shared by all threads, which it makes wait only where one of the models changes.
 */
public final class ShadowSlot {

  private volatile ActiveModel shadow;
  private volatile LiveComparison comparison;

  /** The model in the shadow, or null. */
  public ActiveModel current() {
    return shadow;
  }

  /** Puts a model in the shadow, in the place of another if there is one. */
  public synchronized void use(ActiveModel model) {
    shadow = model;
    comparison = null;
  }

  /** Leaves no model in the shadow. */
  public synchronized void clear() {
    shadow = null;
    comparison = null;
  }

  /** The comparison under way; empty before the first record, and without a shadow. */
  public Optional<LiveComparison> comparison() {
    return Optional.ofNullable(comparison);
  }

  /** The comparison with a champion; null where no model is in its shadow. */
  LiveComparison with(ActiveModel champion) {
    ActiveModel present = shadow;
    if (present == null || present.isSameAs(champion)) {
      return null;
    }
    LiveComparison known = comparison;
    return known != null && known.isOf(champion, present) ? known : begin(champion, present);
  }

  private synchronized LiveComparison begin(ActiveModel champion, ActiveModel present) {
    if (shadow != present) {
      return null;
    }
    LiveComparison known = comparison;
    if (known == null || !known.isOf(champion, present)) {
      known = new LiveComparison(champion, present);
      comparison = known;
    }
    return known;
  }
}
