package io.lowtide.cuda;

import io.lowtide.trainer.engine.TrainingEngine;
import io.lowtide.trainer.engine.TrainingEngineProvider;
import java.util.ArrayList;
import java.util.List;

/** Starts the fused CUDA engine. */
public final class CudaEngineProvider implements TrainingEngineProvider {

  private static CudaEngine engine;

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public int priority() {
    return 2;
  }

  @Override
  public TrainingEngine load() {
    synchronized (CudaEngineProvider.class) {
      if (engine == null) {
        CudaDevice device = CudaDevice.open();
        List<KernelCompiler> compilers = new ArrayList<>();
        NvrtcCompiler.find(device.capability(), KernelCache.ofUser()).ifPresent(compilers::add);
        compilers.add(new CarriedPtx());
        engine = new CudaEngine(device, compilers, Tiling::fastest);
      }
      return engine;
    }
  }
}
