package io.lowtide.trainer.vector;

/**
 * What is known of a hidden layer for the records of one tile, each a matrix of the tile.
 *
 * @param rows units, rounded up to whole panels
 * @param width records of the tile
 * @param gate g; one number for each row without a context
 * @param bias b; likewise
 * @param linear W x
 * @param hidden h
 * @param derivative of the activation
 * @param sensitivity u, the derivative times the gate
 * @param pulled cotangent of u, then that of W x
 * @param cotangent of h, or of a tangent of it; then that of b
 * @param ofGate cotangent of what the gate is the sigmoid of
 * @param along W times the tangent of the layer before
 * @param tangent u times that
 * @param tangentPulled cotangent of {@code along}
 */
record Layer<A>(
    int rows,
    int width,
    A gate,
    A bias,
    A linear,
    A hidden,
    A derivative,
    A sensitivity,
    A pulled,
    A cotangent,
    A ofGate,
    A along,
    A tangent,
    A tangentPulled) {

  /** Numbers of each matrix. */
  int size() {
    return rows * width;
  }

  static <A> Layer<A> of(Kernels<A> kernels, int units, int width) {
    int rows = (units + Kernels.PANEL - 1) / Kernels.PANEL * Kernels.PANEL;
    int size = rows * width;
    return new Layer<>(
        rows,
        width,
        kernels.newArray(size),
        kernels.newArray(size),
        kernels.newArray(size),
        kernels.newArray(size),
        kernels.newArray(size),
        kernels.newArray(size),
        kernels.newArray(size),
        kernels.newArray(size),
        kernels.newArray(size),
        kernels.newArray(size),
        kernels.newArray(size),
        kernels.newArray(size));
  }
}
