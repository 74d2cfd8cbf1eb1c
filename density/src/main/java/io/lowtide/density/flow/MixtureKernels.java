package io.lowtide.density.flow;

import io.lowtide.density.field.VectorFields;
import java.util.ServiceLoader;

/**
 * Chooses the kernel that evaluates a mixture: SIMD where the JVM offers it, else scalar. Both give
 * the same bits.
 */
final class MixtureKernels {

  private static final MixtureKernelProvider PROVIDER = choose();

  private MixtureKernels() {}

  private static MixtureKernelProvider choose() {
    if (ModuleLayer.boot().findModule(VectorFields.SIMD_MODULE).isEmpty()) {
      return new ScalarMixtureKernelProvider();
    }
    return ServiceLoader.load(MixtureKernelProvider.class, MixtureKernels.class.getClassLoader())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no SIMD mixture kernel on the class path"));
  }

  static MixtureKernel of(double[][] means, double[][] whitening, double[] logScale) {
    return PROVIDER.create(means, whitening, logScale);
  }

  static KernelSum kernelSum(KernelTable table) {
    return PROVIDER.newKernelSum(table);
  }
}
