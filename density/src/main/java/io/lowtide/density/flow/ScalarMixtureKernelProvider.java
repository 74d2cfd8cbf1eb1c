package io.lowtide.density.flow;

/** Makes kernels in plain Java. */
final class ScalarMixtureKernelProvider implements MixtureKernelProvider {

  @Override
  public MixtureKernel create(double[][] means, double[][] whitening, double[] logScale) {
    return new ScalarMixtureKernel(means, whitening, logScale);
  }

  @Override
  public KernelSum newKernelSum(KernelTable table) {
    return new ScalarKernelSum(table);
  }
}
