package io.lowtide.stream.model;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Holds the model in use. A swap is atomic: a thread that reads it once per record scores the whole
 * record with one model.
 */
public final class ModelSlot {

  private final AtomicReference<ActiveModel> active = new AtomicReference<>();
  private final Runnable firstModel;

  /**
   * @param firstModel runs when the first model has arrived
   */
  public ModelSlot(Runnable firstModel) {
    this.firstModel = firstModel;
  }

  /** The model in use, or null before the first one. */
  public ActiveModel current() {
    return active.get();
  }

  /** Puts a model in use. */
  public void activate(ActiveModel model) {
    if (active.getAndSet(model) == null) {
      firstModel.run();
    }
  }
}
