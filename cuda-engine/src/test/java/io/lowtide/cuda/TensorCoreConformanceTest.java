package io.lowtide.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lowtide.trainer.engine.TrainingEngine;
import io.lowtide.trainer.engine.TrainingEngineConformance;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;

/** The products by tensor cores, which the CPU makes in whatever precision is asked for. */
class TensorCoreConformanceTest extends TrainingEngineConformance {

  private static CudaEngine engine;

  @BeforeAll
  static void compile() {
    assumeTrue(
        HostCompiler.isAvailable(), "no C++ compiler on this machine to run the kernels with");
    engine =
        new CudaEngine(
            HostCompiler.device(),
            List.of(new HostCompiler()),
            (records, multiprocessors, capability, singlePrecision) ->
                List.of(new Tiling(16, true)));
  }

  @Override
  protected TrainingEngine engine() {
    return engine;
  }
}
