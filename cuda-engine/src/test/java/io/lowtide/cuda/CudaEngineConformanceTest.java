package io.lowtide.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
    assumeTrue(
        HostCompiler.isAvailable(), "no C++ compiler on this machine to run the kernels with");
    engine = new CudaEngine(HostCompiler.device(), List.of(new HostCompiler()), Tiling::fastest);
  }

  @Override
  protected TrainingEngine engine() {
    return engine;
  }
}
