package io.lowtide.density.flow;

/**
 * Makes kernels for one kind of processor. Found by {@link java.util.ServiceLoader}, so that
 * nothing else links to classes that a JVM may lack.
 */
interface MixtureKernelProvider {

  /**
   * The kernel of these components.
   *
   * @param means d numbers for each component
   * @param whitening L^-1 of each component, its columns one after the other, each from the
   *     diagonal down
   * @param logScale log weight - log det L - (d/2) log 2 pi of each component
   */
  MixtureKernel create(double[][] means, double[][] whitening, double[] logScale);

  /** A new sum over these kernels, to be used by one thread at a time. */
  KernelSum newKernelSum(KernelTable table);
}
