package io.lowtide.stream.model;

import io.lowtide.stream.detection.ActiveModel;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/**
 * Holds the model in use. A swap is atomic: a thread that reads it once per record scores the whole
 * record with one model.
 */
public final class ModelSlot {

  private final AtomicReference<ActiveModel> active = new AtomicReference<>();
  private final Predicate<ActiveModel> takes;
  private final Runnable firstModel;

  /**
   * @param takes whether the stream has what a model needs; one that it does not take is offered
   *     again once it has
   * @param firstModel runs when the first model has arrived
   */
  public ModelSlot(Predicate<ActiveModel> takes, Runnable firstModel) {
    this.takes = takes;
    this.firstModel = firstModel;
  }

  /** Whether a model can be put in use now. */
  boolean takes(ActiveModel model) {
    return takes.test(model);
  }

  /** The model in use, or null before the first one. */
  public ActiveModel current() {
    return active.get();
  }

  /**
   * Puts a model in use.
   *
   * @return the one that was in use before, or null
   */
  public ActiveModel activate(ActiveModel model) {
    ActiveModel previous = active.getAndSet(model);
    if (previous == null) {
      firstModel.run();
    }
    return previous;
  }

  /**
   * Puts a model in use instead of another.
   *
   * @return whether that other was in use until now
   */
  boolean replace(ActiveModel model, ActiveModel by) {
    return active.compareAndSet(model, by);
  }

  /**
   * Puts a model in use unless there is one.
   *
   * @return whether it is in use now
   */
  public boolean activateIfNone(ActiveModel model) {
    boolean activated = active.compareAndSet(null, model);
    if (activated) {
      firstModel.run();
    }
    return activated;
  }
}
