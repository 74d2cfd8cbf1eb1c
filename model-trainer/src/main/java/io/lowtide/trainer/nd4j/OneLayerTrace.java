package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.addTransposedProduct;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The divergence of a field with one hidden layer in closed form: tr(W2 diag(u) W1) = T'u, where T
 * is the diagonal of W1 W2, with the gates where they are the same for every record.
 */
final class OneLayerTrace implements FieldTerm {

  private final HiddenLayer layer;
  private final OperandMatrix trace;
  private final INDArray traceVector;
  private final INDArray ones;
  private final Accumulator divergence;

  /**
   * @param layer the hidden layer, of H units
   * @param operands hold T, H by 1
   * @param divergence length B, added to
   * @param arrays makes the arrays
   */
  OneLayerTrace(
      HiddenLayer layer, OperandMatrices operands, Accumulator divergence, BatchArrays arrays) {
    int records = arrays.records();
    this.layer = layer;
    this.trace = operands.trace();
    this.traceVector = operands.traceVector();
    this.ones = arrays.ones(records).reshape('f', records, 1);
    this.divergence = divergence;
  }

  @Override
  public void forward(FieldProgram program) {
    divergence.addProduct(program, 1, layer.sensitivity(), traceVector);
  }

  @Override
  public void reverse(FieldProgram program) {
    layer
        .sensitivityCotangent()
        .addProductTransposed(program, DIVERGENCE_COTANGENT, ones, trace.value());
    program.addForParameters(
        addTransposedProduct(DIVERGENCE_COTANGENT, layer.sensitivity(), ones, trace.gradient()));
  }
}
