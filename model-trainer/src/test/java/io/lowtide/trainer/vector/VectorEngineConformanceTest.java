package io.lowtide.trainer.vector;

import io.lowtide.trainer.engine.TrainingEngine;
import io.lowtide.trainer.engine.TrainingEngineConformance;

class VectorEngineConformanceTest extends TrainingEngineConformance {

  @Override
  protected TrainingEngine engine() {
    return new SimdEngineProvider().load();
  }
}
