package io.lowtide.density.field;

import java.util.List;

/**
 * The tensors of one layer. For a hidden layer of n units over an input of width m with k context
 * dimensions: {@code h = activation(g * (W h_previous) + b)} with {@code g = 2 sigmoid(gateConstant
 * + gateTime s + gateContext c)} and {@code b = biasConstant + biasTime s + biasContext c}. The
 * output layer has no gate and no activation; its gate tensors are empty.
 *
 * @param weights W, n by m
 * @param gateConstant n by 1
 * @param gateTime n by 1
 * @param gateContext n by k
 * @param biasConstant n by 1
 * @param biasTime n by 1
 * @param biasContext n by k
 */
public record FieldLayer(
    FieldTensor weights,
    FieldTensor gateConstant,
    FieldTensor gateTime,
    FieldTensor gateContext,
    FieldTensor biasConstant,
    FieldTensor biasTime,
    FieldTensor biasContext) {

  /** Units of the layer, n. */
  public int units() {
    return weights.rows();
  }

  /** Width of its input, m. */
  public int inputs() {
    return weights.columns();
  }

  /** Every tensor, in the order in which they lie in the flat parameter vector. */
  public List<FieldTensor> tensors() {
    return List.of(
        weights, gateConstant, gateTime, gateContext, biasConstant, biasTime, biasContext);
  }
}
