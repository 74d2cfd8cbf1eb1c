package io.lowtide.trainer.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How the argument a = g o (W x) + b of a layer comes about over a batch of B records, with x of m
 * and a of n columns. Writes its part of a layer's forward and reverse operations.
 *
 * <p>Notation: e, the slope of the activation at a, and u = e o g, the sensitivity, as in {@link
 * HiddenLayer}. Where no gate differs by record, u is e.
 */
sealed interface LayerArgument permits FoldedArgument, GatedArgument, BiasedArgument {

  /** What dx is multiplied by before the sensitivity: W, n by m; g o W where gates are folded. */
  OperandMatrix weights();

  /**
   * Computes a from x.
   *
   * @param factor of the result
   * @param argument receives a times that factor, B by n
   */
  void forward(FieldProgram program, double factor, INDArray argument);

  /**
   * Pulls dL/da back to the operands.
   *
   * @param cotangent dL/da, B by n; becomes the cotangent of W x
   */
  void reverse(FieldProgram program, INDArray cotangent);

  /** Where u is found, B by n, given where e is. */
  default INDArray sensitivity(INDArray slope) {
    return slope;
  }

  /** Computes u from e. */
  default void forwardSensitivity(FieldProgram program, INDArray slope) {}

  /**
   * Pulls dL/du back to the gates; comes before {@link #reverse}.
   *
   * @param slope e, B by n
   * @param cotangent dL/du, B by n; becomes dL/de
   */
  default void reverseSensitivity(FieldProgram program, INDArray slope, INDArray cotangent) {}
}
