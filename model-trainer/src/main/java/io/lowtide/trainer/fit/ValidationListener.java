package io.lowtide.trainer.fit;

import io.lowtide.density.flow.FlowParameters;

/** Hears how training goes. */
@FunctionalInterface
interface ValidationListener {

  /**
   * Called after each validation.
   *
   * @param report how training stands
   * @param flow with the parameters that were validated
   */
  void validated(EpochReport report, FlowParameters flow);
}
