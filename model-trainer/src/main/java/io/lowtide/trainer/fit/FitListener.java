package io.lowtide.trainer.fit;

import java.time.Duration;

/** Is told of every epoch. */
@FunctionalInterface
public interface FitListener {

  /**
   * @param epoch what it did
   * @param epochs most epochs that there will be
   * @param left estimated time until the last of them, or until the time budget is spent
   */
  void epochFinished(EpochRecord epoch, int epochs, Duration left);
}
