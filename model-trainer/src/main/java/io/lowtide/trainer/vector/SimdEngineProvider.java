package io.lowtide.trainer.vector;

import io.lowtide.trainer.engine.EngineException;
import io.lowtide.trainer.engine.TrainingEngine;
import io.lowtide.trainer.engine.TrainingEngineProvider;

/** Starts the engine on SIMD registers, where the JVM offers them. */
public final class SimdEngineProvider implements TrainingEngineProvider {

  private static final String MODULE = "jdk.incubator.vector";

  private static VectorEngine engine;

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public int priority() {
    return 1;
  }

  @Override
  public TrainingEngine load() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      throw new EngineException("this JVM was not started with --add-modules " + MODULE, null);
    }
    synchronized (SimdEngineProvider.class) {
      if (engine == null) {
        VectorEngine started =
            new VectorEngine(
                "Vector API of Java "
                    + Runtime.version().feature()
                    + ", CPU, "
                    + SimdKernels.registerBits()
                    + "-bit registers",
                SimdKernels::new);
        WarmUp.of(started);
        engine = started;
      }
      return engine;
    }
  }
}
