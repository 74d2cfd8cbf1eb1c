package io.lowtide.cuda;

import java.util.Optional;

/** Makes what the driver loads out of the kernels' source. */
interface KernelCompiler {

  /** For the provenance of a model: compiler and version. */
  String description();

  /** Whether it has kernels of a shape. */
  boolean serves(KernelShape shape);

  /**
   * Machine code or PTX.
   *
   * @return empty if this compiler has none for the shape
   * @throws CudaException if the source does not compile
   */
  Optional<byte[]> compile(KernelShape shape);
}
