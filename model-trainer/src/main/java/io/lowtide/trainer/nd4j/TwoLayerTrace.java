package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.addTransposedProduct;
import static io.lowtide.trainer.nd4j.TensorOps.multiply;
import static io.lowtide.trainer.nd4j.TensorOps.productTransposed;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The divergence of a field with two hidden layers in closed form: tr(W3 diag(u2) W2 diag(u1) W1) =
 * u1' T u2, where T = (W1 W3) o W2', with the gates where they are the same for every record.
 */
final class TwoLayerTrace implements FieldTerm {

  private final HiddenLayer first;
  private final HiddenLayer second;
  private final OperandMatrix trace;
  private final INDArray ones;
  private final Accumulator divergence;

  /**
   * @param first layer, of H1 units
   * @param second layer, of H2 units
   * @param trace T, H1 by H2
   * @param divergence length B, added to
   * @param arrays makes the arrays
   */
  TwoLayerTrace(
      HiddenLayer first,
      HiddenLayer second,
      OperandMatrix trace,
      Accumulator divergence,
      BatchArrays arrays) {
    this.first = first;
    this.second = second;
    this.trace = trace;
    this.ones = arrays.ones(trace.value().rows());
    this.divergence = divergence;
  }

  @Override
  public void forward(FieldProgram program) {
    // Cotangents have no other use on the way forward, so there is room for u1 o (T u2).
    INDArray products = first.sensitivityCotangent().total();
    program
        .add(productTransposed(1, second.sensitivity(), trace.value(), products))
        .add(multiply(products, first.sensitivity(), products));
    divergence.addProduct(program, 1, products, ones);
  }

  @Override
  public void reverse(FieldProgram program) {
    first
        .sensitivityCotangent()
        .addProductTransposed(program, DIVERGENCE_COTANGENT, second.sensitivity(), trace.value());
    second
        .sensitivityCotangent()
        .addProduct(program, DIVERGENCE_COTANGENT, first.sensitivity(), trace.value());
    program.addForParameters(
        addTransposedProduct(
            DIVERGENCE_COTANGENT, first.sensitivity(), second.sensitivity(), trace.gradient()));
  }
}
