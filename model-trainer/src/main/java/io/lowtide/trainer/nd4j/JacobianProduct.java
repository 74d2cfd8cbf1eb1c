package io.lowtide.trainer.nd4j;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The product (df/dz) e with a probe e for each record, by forward-mode differentiation, and what
 * it is for.
 *
 * @param network computes it
 * @param direction e, B by d
 * @param uses at least one
 */
record JacobianProduct(FieldNetwork network, INDArray direction, List<ProductUse> uses)
    implements FieldTerm {

  @Override
  public void forward(FieldProgram program) {
    network.forwardTangent(program, direction);
    for (ProductUse use : uses) {
      use.forward(program);
    }
  }

  @Override
  public void reverse(FieldProgram program) {
    network.forwardTangent(program, direction);
    Accumulator cotangent = new Accumulator(network.tangentCotangent());
    for (ProductUse use : uses) {
      use.reverse(program, cotangent);
    }
    network.reverseTangent(program, direction);
  }
}
