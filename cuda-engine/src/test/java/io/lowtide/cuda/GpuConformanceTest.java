package io.lowtide.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lowtide.trainer.engine.EngineException;
import io.lowtide.trainer.engine.TrainingEngine;
import io.lowtide.trainer.engine.TrainingEngineConformance;
import org.junit.jupiter.api.BeforeAll;

/** The engine on the GPU of this machine, if it has one. */
class GpuConformanceTest extends TrainingEngineConformance {

  private static TrainingEngine engine;

  @BeforeAll
  static void open() {
    String refusal = "";
    try {
      engine = new CudaEngineProvider().load();
    } catch (EngineException e) {
      refusal = e.getMessage();
    }
    assumeTrue(engine != null, refusal);
  }

  @Override
  protected TrainingEngine engine() {
    return engine;
  }
}
