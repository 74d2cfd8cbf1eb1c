package io.lowtide.trainer.retrain;

import java.util.Locale;

/** How a model that challenges the champion is made. */
public enum Challenger {
  /** The champion's flow with a new calibration: seconds. */
  RECALIBRATED,
  /** The fit begins with the champion's features and parameters. */
  WARM,
  /** Nothing is taken over but what each field is taken for. */
  SCRATCH;

  /** As settings and reports have it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it needs a champion. */
  boolean needsChampion() {
    return this != SCRATCH;
  }
}
