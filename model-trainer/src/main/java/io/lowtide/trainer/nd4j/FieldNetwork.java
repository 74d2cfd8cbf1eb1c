package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.addTransposedProduct;
import static io.lowtide.trainer.nd4j.TensorOps.copy;
import static io.lowtide.trainer.nd4j.TensorOps.product;
import static io.lowtide.trainer.nd4j.TensorOps.productTransposed;

import io.lowtide.density.field.FieldShape;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The layers that make f of z over a batch of B records: hidden ones, and an output layer, which is
 * affine. Writes f, forward-mode products with df/dz, and the way back from the cotangents of both.
 *
 * <p>Going back, the cotangent of f comes first, then what the divergence and the products add to
 * the cotangents of the sensitivities, then {@link #reverse}.
 */
final class FieldNetwork {

  private final List<HiddenLayer> layers = new ArrayList<>();
  private final HiddenLayer last;
  private final LayerArgument output;
  private final INDArray z;
  private final INDArray tangent;
  private final INDArray tangentCotangent;

  /**
   * @param shape of the field
   * @param operands those of the field
   * @param context decides how gates and biases come about
   * @param arrays makes the arrays
   */
  FieldNetwork(
      FieldShape shape, OperandMatrices operands, FieldContext context, BatchArrays arrays) {
    AffineInput input = arrays.affineInput(shape.dimensions());
    this.z = input.plain();
    for (int index = 0; index < shape.hiddenLayers(); index++) {
      HiddenLayer layer =
          new HiddenLayer(shape.activation(), index, operands, context, input, arrays);
      layers.add(layer);
      input = layer.output();
    }
    this.last = layers.get(layers.size() - 1);
    this.output = context.output(operands, layers.size(), input);
    this.tangent = arrays.matrix(shape.dimensions());
    this.tangentCotangent = arrays.matrix(shape.dimensions());
  }

  /** One hidden layer. */
  HiddenLayer layer(int index) {
    return layers.get(index);
  }

  /** (df/dz) e of the last {@link #forwardTangent}, B by d. */
  INDArray tangent() {
    return tangent;
  }

  /** Where the cotangent of (df/dz) e is put for {@link #reverseTangent}, B by d. */
  INDArray tangentCotangent() {
    return tangentCotangent;
  }

  /**
   * Computes f.
   *
   * @param position z, B by d
   * @param f receives f(z), B by d
   */
  void forward(FieldProgram program, INDArray position, INDArray f) {
    program.add(copy(position, z));
    for (HiddenLayer layer : layers) {
      layer.forward(program);
    }
    output.forward(program, 1, f);
  }

  /**
   * Computes (df/dz) e by forward-mode differentiation.
   *
   * @param direction e, B by d
   */
  void forwardTangent(FieldProgram program, INDArray direction) {
    INDArray layerTangent = direction;
    for (HiddenLayer layer : layers) {
      layer.forwardTangent(program, layerTangent);
      layerTangent = layer.tangent();
    }
    program.add(productTransposed(1, layerTangent, output.weights().value(), tangent));
  }

  /**
   * Pulls the cotangent of f back to the output layer and to what comes into it.
   *
   * @param cotangent dL/df, B by d
   */
  void reverseOutput(FieldProgram program, INDArray cotangent) {
    program.add(product(cotangent, output.weights().value(), last.outputCotangent()));
    output.reverse(program, cotangent);
  }

  /**
   * Pulls the cotangent of (df/dz) e back to the weights and the sensitivities.
   *
   * @param direction e, B by d
   */
  void reverseTangent(FieldProgram program, INDArray direction) {
    OperandMatrix weights = output.weights();
    program
        .add(product(tangentCotangent, weights.value(), last.tangentCotangent()))
        .addForParameters(
            addTransposedProduct(1, tangentCotangent, last.tangent(), weights.gradient()));
    for (int index = layers.size() - 1; index > 0; index--) {
      HiddenLayer before = layers.get(index - 1);
      layers.get(index).reverseTangent(program, before.tangent());
      layers.get(index).reverseInputTangent(program, before.tangentCotangent());
    }
    layers.get(0).reverseTangent(program, direction);
  }

  /**
   * Pulls the cotangents of outputs and sensitivities back through the hidden layers.
   *
   * @param minusCotangent receives -dL/dz, B by d
   */
  void reverse(FieldProgram program, INDArray minusCotangent) {
    for (int index = layers.size() - 1; index > 0; index--) {
      layers.get(index).reverse(program, 1, layers.get(index - 1).outputCotangent());
    }
    layers.get(0).reverse(program, -1, minusCotangent);
  }
}
