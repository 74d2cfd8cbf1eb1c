package io.lowtide.trainer.nd4j;

import io.lowtide.trainer.engine.TrainingEngine;
import io.lowtide.trainer.engine.TrainingEngineConformance;

class Nd4jEngineConformanceTest extends TrainingEngineConformance {

  @Override
  protected TrainingEngine engine() {
    return Nd4jEngine.load();
  }
}
