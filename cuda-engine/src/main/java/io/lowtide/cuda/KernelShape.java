package io.lowtide.cuda;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.Precision;
import io.lowtide.trainer.engine.TraceMode;
import java.util.List;
import java.util.Optional;

/**
 * What a kernel is compiled for. Sizes are rounded up, so that few kernels serve many fields: units
 * and components that a field does not have are zeros.
 *
 * @param dimensions d or more
 * @param units units of every hidden layer, or more
 * @param layers hidden layers
 * @param tiling how records are shared among threads
 * @param threads of a block
 * @param precision of the numbers
 * @param activation of the hidden layers; a compiler may take no heed of it
 * @param context whether gates and biases depend on a context
 * @param products whether products with probes are among what it can do
 * @param squaresShared whether square matrices are in shared memory
 */
record KernelShape(
    int dimensions,
    int units,
    int layers,
    Tiling tiling,
    int threads,
    Precision precision,
    Activation activation,
    boolean context,
    boolean products,
    boolean squaresShared) {

  /** The most dimensions that kernels are made for. */
  static final int MOST_DIMENSIONS = 64;

  /** The widest hidden layer that kernels are made for. */
  static final int MOST_UNITS = 128;

  private static final List<Integer> DIMENSIONS = List.of(8, 16, 32, MOST_DIMENSIONS);
  private static final List<Integer> UNITS = List.of(32, 64, MOST_UNITS);

  /** What is asked for is more than kernels are made for; empty if it is not. */
  static Optional<String> refusal(FieldShape shape) {
    if (shape.dimensions() > MOST_DIMENSIONS) {
      return Optional.of(
          shape.dimensions() + " dimensions, of at most " + MOST_DIMENSIONS + " that it takes");
    }
    int widest = widest(shape);
    return widest > MOST_UNITS
        ? Optional.of(
            "a layer of " + widest + " units, of at most " + MOST_UNITS + " that it takes")
        : Optional.empty();
  }

  private static int widest(FieldShape shape) {
    return shape.hiddenUnits().stream().mapToInt(Integer::intValue).max().orElseThrow();
  }

  /**
   * A kernel that serves.
   *
   * @param problem of a shape that is not refused
   * @param tiling how records are shared among threads
   * @param squaresShared whether square matrices are in shared memory
   */
  static KernelShape of(BatchProblem problem, Tiling tiling, boolean squaresShared) {
    FieldShape shape = problem.shape();
    int units = atLeast(widest(shape), UNITS);
    // No matrix of the kernel is higher than it is wide.
    int dimensions = atLeast(shape.dimensions(), DIMENSIONS);
    units = Math.max(units, atLeast(dimensions, UNITS));
    return new KernelShape(
        dimensions,
        units,
        shape.hiddenLayers(),
        tiling,
        2 * units,
        problem.precision(),
        shape.activation(),
        shape.contextDimensions() > 0,
        problem.objective().trace() == TraceMode.HUTCHINSON
            || shape.hiddenLayers() > 2
            || problem.objective().jacobianPenalty() > 0
            || problem.optional().length > 0,
        squaresShared);
  }

  private static int atLeast(int wanted, List<Integer> sizes) {
    return sizes.stream().filter(size -> size >= wanted).findFirst().orElseThrow();
  }

  /** The same, able to do products with probes. */
  KernelShape withProducts() {
    return new KernelShape(
        dimensions,
        units,
        layers,
        tiling,
        threads,
        precision,
        activation,
        context,
        true,
        squaresShared);
  }

  /** Bytes of a number. */
  int bytes() {
    return switch (precision) {
      case SINGLE -> Float.BYTES;
      case DOUBLE -> Double.BYTES;
    };
  }

  /** The macros of the kernel's source, each NAME=VALUE, without that of the activation. */
  List<String> macros() {
    return List.of(
        "DIMS=" + dimensions,
        "UNITS=" + units,
        "LAYERS=" + layers,
        "TILE=" + tiling.records(),
        "TENSOR=" + (tiling.tensorCores() ? 1 : 0),
        "THREADS=" + threads,
        "REAL=" + (precision == Precision.SINGLE ? "float" : "double"),
        "CONTEXT=" + (context ? 1 : 0),
        "PRODUCTS=" + (products ? 1 : 0),
        "SQUARES=" + (squaresShared ? 1 : 0));
  }

  /** Of its image, and for people: {@code d8-h64x2-t4-float-products}. */
  String name() {
    return "d"
        + dimensions
        + "-h"
        + units
        + "x"
        + layers
        + "-t"
        + tiling.records()
        + (tiling.tensorCores() ? "-tensor" : "")
        + (precision == Precision.SINGLE ? "-float" : "-double")
        + (context ? "-context" : "")
        + (products ? "-products" : "")
        + (squaresShared ? "" : "-global");
  }
}
