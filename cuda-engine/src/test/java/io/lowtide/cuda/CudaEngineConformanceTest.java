package io.lowtide.cuda;

import io.lowtide.trainer.engine.TrainingEngine;
import io.lowtide.trainer.engine.TrainingEngineConformance;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The whole engine without a GPU: its kernels compiled as C++, launched through a stand-in for the
 * driver's library.
 */
@Execution(ExecutionMode.CONCURRENT)
class CudaEngineConformanceTest extends TrainingEngineConformance {

  private static CudaEngine engine;

  @BeforeAll
  static void compile() {
    engine =
        new CudaEngine(HostCompiler.deviceOrSkip(), List.of(new HostCompiler()), Tiling::fastest);
  }

  @Override
  protected TrainingEngine engine() {
    return engine;
  }
}
