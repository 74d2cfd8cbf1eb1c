package io.lowtide.trainer.nd4j;

import io.lowtide.trainer.engine.TrainingEngine;
import io.lowtide.trainer.engine.TrainingEngineProvider;

/** Starts ND4J. */
public final class Nd4jEngineProvider implements TrainingEngineProvider {

  @Override
  public String name() {
    return "nd4j";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public TrainingEngine load() {
    return Nd4jEngine.load();
  }
}
