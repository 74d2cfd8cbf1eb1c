package io.lowtide.trainer.fit;

import io.lowtide.density.field.FieldParameters;

/** Hears how training goes. */
@FunctionalInterface
interface ValidationListener {

  /**
   * Called after each validation.
   *
   * @param report how training stands
   * @param parameters those that were validated
   */
  void validated(EpochReport report, FieldParameters parameters);
}
