package io.lowtide.cuda;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.Directions;
import io.lowtide.trainer.engine.Precision;
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
 * @param pairs whether what square matrices are multiplied with is stored in the two parts that
 *     tensor cores take, in the place of being parted by every reader
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
    boolean squaresShared,
    boolean pairs) {

  /** The most dimensions that kernels are made for. */
  static final int MOST_DIMENSIONS = 64;

  /** The widest hidden layer that kernels are made for. */
  static final int MOST_UNITS = 128;

  /** Of a block, so that each has all the registers that it can name. */
  private static final int MOST_THREADS = 256;

  private static final List<Integer> DIMENSIONS = List.of(8, 16, 32, MOST_DIMENSIONS);

  /** The state of a tile, and its derivative at each of seven stages. */
  private static final int STATES = 8;

  private static final int USUAL_UNITS = 64;
  private static final List<Integer> UNITS = List.of(32, USUAL_UNITS, MOST_UNITS);

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
   * The kernel that is tried last, which needs the least shared memory.
   *
   * @param shape of a field that is not refused
   */
  static KernelShape least(FieldShape shape) {
    return of(shape, Precision.SINGLE, true, Tiling.LEAST, false);
  }

  /**
   * A kernel that serves.
   *
   * @param problem of a shape that is not refused
   * @param tiling how records are shared among threads
   * @param squaresShared whether square matrices are in shared memory
   */
  static KernelShape of(BatchProblem problem, Tiling tiling, boolean squaresShared) {
    boolean products = new Directions(problem).count() > 0;
    return of(problem.shape(), problem.precision(), products, tiling, squaresShared);
  }

  private static KernelShape of(
      FieldShape shape,
      Precision precision,
      boolean products,
      Tiling tiling,
      boolean squaresShared) {
    int dimensions = atLeast(shape.dimensions(), DIMENSIONS);
    // No matrix of the kernel is higher than it is wide.
    int units = atLeast(Math.max(widest(shape), dimensions), UNITS);
    return new KernelShape(
        dimensions,
        units,
        shape.hiddenLayers(),
        tiling,
        Math.min(MOST_THREADS, tiling.threadsPerUnit() * units),
        precision,
        shape.activation(),
        shape.contextDimensions() > 0,
        products,
        squaresShared,
        tiling.tensorCores()
            && dimensions == DIMENSIONS.get(0)
            && shape.hiddenLayers() == 2
            && shape.contextDimensions() == 0
            && !products);
  }

  private static int atLeast(int wanted, List<Integer> sizes) {
    return sizes.stream().filter(size -> size >= wanted).findFirst().orElseThrow();
  }

  /** The same, able to do products with probes. */
  KernelShape withProducts() {
    return with(units, threads, true, false);
  }

  /** The same, which takes less shared memory where this one stores pairs. */
  KernelShape withoutPairs() {
    return with(units, threads, products, false);
  }

  /** The same for wider fields, where PTX is carried of wider ones alone. */
  KernelShape wider() {
    return with(
        Math.max(units, USUAL_UNITS),
        Math.max(threads, tiling.threadsPerUnit() * USUAL_UNITS),
        products,
        pairs);
  }

  private KernelShape with(int units, int threads, boolean products, boolean pairs) {
    return new KernelShape(
        dimensions,
        units,
        layers,
        tiling,
        threads,
        precision,
        activation,
        context,
        products,
        squaresShared,
        pairs);
  }

  /**
   * Shared memory of a block, as {@code S_TOTAL} of the source has it, so that a kernel that a card
   * has no room for need not be compiled to find out.
   */
  int sharedBytes(int contextDimensions) {
    int tile = tiling.records();
    boolean tensor = tiling.tensorCores();
    int owned = units * tile / threads;
    int ownRecords =
        tensor
            ? tile / 4 / (threads / 2 / units)
            : owned >= 16 ? 4 : owned >= 4 && tile > 4 ? 2 : 1;
    int padded = units + (tensor ? 8 : 4);
    int recordStride = units + (tile / ownRecords <= 4 || tensor ? 8 : 4);
    int narrow = tile * (dimensions + 4);
    int layer = tile * recordStride;
    int columns = 2 * dimensions;
    int squares = (tensor ? 1 : 2) * (layers == 2 ? 2 : layers - 1);
    int operands =
        2 * units * (dimensions + 4)
            + 2 * dimensions * padded
            + 4 * units * layers
            + 2 * dimensions
            + units
            + (squaresShared ? squares * units * padded : 0);
    int numbers =
        operands
            + 2 * units * layers
            + dimensions
            + 2 * narrow
            + STATES * columns * tile
            + dimensions * tile
            + 2 * tile
            + 2 * threads
            + (3 * layers + (pairs ? 4 : 0)) * layer
            + (products ? 2 * narrow + 2 * layers * layer : 0)
            + (context ? 2 * layers * layer + dimensions * tile + contextDimensions * tile : 0);
    return bytes() * numbers;
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
        "SQUARES=" + (squaresShared ? 1 : 0),
        "PAIRS=" + (pairs ? 1 : 0));
  }

  /** Of its image, and for people: {@code d8-h64x2-t4x128-float-products}. */
  String name() {
    return "d"
        + dimensions
        + "-h"
        + units
        + "x"
        + layers
        + "-t"
        + tiling.records()
        + "x"
        + threads
        + (tiling.tensorCores() ? "-tensor" : "")
        + (precision == Precision.SINGLE ? "-float" : "-double")
        + (context ? "-context" : "")
        + (products ? "-products" : "")
        + (squaresShared ? "" : "-global")
        + (pairs ? "-pairs" : "");
  }
}
