package io.lowtide.cuda;

import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.Precision;
import io.lowtide.trainer.engine.TrainingEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains on an NVIDIA GPU by one fused kernel, which the driver is handed as machine code where
 * NVIDIA's run-time compiler is on the machine, else as PTX. Needs nothing else than the driver.
 */
final class CudaEngine implements TrainingEngine {

  private static final Logger LOG = LoggerFactory.getLogger(CudaEngine.class);

  /** Small batches leave most of a card idle. */
  private static final int CONCURRENT_FITS = 4;

  private final CudaDevice device;
  private final List<KernelCompiler> compilers;
  private final Tiling.Choice tilings;
  private final Map<KernelShape, Optional<KernelModule>> modules = new ConcurrentHashMap<>();

  /**
   * @param compilers asked one after the other, until one has an image
   * @param tilings chooses by the size of a batch
   */
  CudaEngine(CudaDevice device, List<KernelCompiler> compilers, Tiling.Choice tilings) {
    this.device = device;
    this.compilers = List.copyOf(compilers);
    this.tilings = tilings;
  }

  @Override
  public String description() {
    return "CUDA, "
        + device.name()
        + ", driver for CUDA "
        + device.driverVersion()
        + ", "
        + compilers.get(0).description();
  }

  @Override
  public int concurrentFits() {
    return CONCURRENT_FITS;
  }

  /** Of a data-centre card at batches of 256, which leave half of it idle. */
  @Override
  public double nominalSpeed() {
    return 1e12;
  }

  @Override
  public Optional<String> refusal(FieldShape shape) {
    return KernelShape.refusal(shape)
        .or(() -> refusalForRoom(KernelShape.least(shape), shape.contextDimensions()))
        .or(() -> refusalForKernel(KernelShape.least(shape)));
  }

  private Optional<String> refusalForKernel(KernelShape least) {
    return compilers.stream().anyMatch(c -> c.serves(least) || c.serves(least.wider()))
        ? Optional.empty()
        : Optional.of(
            "this release carries no PTX of "
                + least.wider().name()
                + ", and NVIDIA's run-time compiler (NVRTC), which could make it, is not on this"
                + " machine");
  }

  private Optional<String> refusalForRoom(KernelShape least, int contextDimensions) {
    int bytes = least.sharedBytes(contextDimensions);
    return bytes > device.sharedBytes()
        ? Optional.of(
            "kernel "
                + least.name()
                + " takes "
                + bytes
                + " bytes of shared memory, of "
                + device.sharedBytes()
                + " that a block of "
                + device.name()
                + " can have")
        : Optional.empty();
  }

  @Override
  public BatchGradient newGradient(BatchProblem problem) {
    return newGradient(problem, 0);
  }

  /** The same with steps of equal length, to compare speeds at equal work. */
  CudaGradient newGradient(BatchProblem problem, int fixedSteps) {
    device.enter();
    return new CudaGradient(device, module(problem), problem, fixedSteps);
  }

  /** The kernel of a problem, and how it fits the card: for benchmarks. */
  String describe(BatchProblem problem) {
    device.enter();
    KernelModule module = module(problem);
    int context = problem.shape().contextDimensions();
    int[] registers = module.registersAndSpilledBytes();
    return String.format(
        Locale.ROOT,
        "%s, %d registers, %d bytes spilled, %d of shared memory, %d blocks at a time",
        module.shape().name(),
        registers[0],
        registers[1],
        module.sharedBytes(context),
        module.blocksAtATime(context));
  }

  /** Kernels that serve: those that are there, else compiled anew. */
  private KernelModule module(BatchProblem problem) {
    int context = problem.shape().contextDimensions();
    for (KernelShape shape : candidates(problem)) {
      if (shape.sharedBytes(context) > device.sharedBytes()) {
        continue;
      }
      Optional<KernelModule> module = module(shape);
      if (module.isPresent() && module.get().blocksAtATime(context) > 0) {
        return module.get();
      }
    }
    throw new CudaException(
        "no kernel for " + problem.shape() + " fits the shared memory of " + device.name(), 0);
  }

  /** Kernels that can do more serve, too, which spares training's validation a compilation. */
  private Optional<KernelModule> module(KernelShape shape) {
    KernelShape abler = shape.withProducts();
    KernelShape chosen = modules.containsKey(abler) ? abler : shape;
    return modules.computeIfAbsent(chosen, this::compiled);
  }

  /** In the order in which they are tried. */
  private List<KernelShape> candidates(BatchProblem problem) {
    List<KernelShape> shapes = new ArrayList<>();
    List<Tiling> sizes =
        tilings.of(
            problem.records(),
            device.multiprocessors(),
            device.capability(),
            problem.precision() == Precision.SINGLE);
    for (Tiling tiling : sizes) {
      KernelShape shape = KernelShape.of(problem, tiling, true);
      shapes.add(shape);
      shapes.add(shape.withoutPairs());
    }
    KernelShape least = KernelShape.of(problem, Tiling.LEAST, false);
    shapes.add(least);
    shapes.add(least.wider());
    return shapes;
  }

  /** By the first compiler that succeeds: one may be too old for the card. */
  private Optional<KernelModule> compiled(KernelShape shape) {
    CudaException refusal = null;
    for (KernelCompiler compiler : compilers) {
      long started = System.nanoTime();
      try {
        Optional<byte[]> image = compiler.compile(shape);
        if (image.isPresent()) {
          KernelModule module = new KernelModule(device, shape, image.get());
          LOG.debug(
              "Kernel {} by {}, ready in {} s",
              shape.name(),
              compiler.description(),
              (System.nanoTime() - started) / 1e9);
          return Optional.of(module);
        }
      } catch (CudaException e) {
        LOG.warn("Kernel {} not by {}: {}", shape.name(), compiler.description(), e.getMessage());
        refusal = e;
      }
    }
    if (refusal != null) {
      throw refusal;
    }
    return Optional.empty();
  }
}
