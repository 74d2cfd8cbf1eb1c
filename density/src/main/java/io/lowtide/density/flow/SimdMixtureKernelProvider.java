package io.lowtide.density.flow;

/** Makes kernels that run on the SIMD registers of the machine, if they fill half of one. */
public final class SimdMixtureKernelProvider implements MixtureKernelProvider {

  @Override
  public MixtureKernel create(double[][] means, double[][] whitening, double[] logScale) {
    return 2 * means.length < SimdMixtureKernel.LANES
        ? new ScalarMixtureKernel(means, whitening, logScale)
        : new SimdMixtureKernel(means, whitening, logScale);
  }

  @Override
  public KernelSum newKernelSum(KernelTable table) {
    return new SimdKernelSum(table);
  }
}
