package io.lowtide.density.flow;

/**
 * The tables of a mixture, laid out for one kind of processor: immutable, shared by all threads.
 */
interface MixtureKernel {

  /**
   * Copies L^-1 of a component.
   *
   * @param inverse receives its columns one after the other, each from the diagonal down: d (d + 1)
   *     / 2 numbers
   */
  void copyWhitening(int component, double[] inverse);

  /** A new workspace, to be used by one thread at a time. */
  MixtureWorkspace newWorkspace();
}
