package io.lowtide.trainer.nd4j;

import io.lowtide.trainer.engine.FlowObjective;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Puts the parts of a field together into the two programs of a {@link BatchField}.
 *
 * @param objective what is minimised
 * @param operands what the layers are multiplied by
 * @param network makes f of z
 * @param terms the divergence and the Jacobian penalty
 * @param presence which components each record has
 * @param state where states and derivatives are
 * @param arrays makes further arrays
 */
record FieldAssembly(
    FlowObjective objective,
    OperandMatrices operands,
    FieldNetwork network,
    List<FieldTerm> terms,
    Presence presence,
    FieldState state,
    BatchArrays arrays) {

  /** Computes the derivative of the forward state. */
  FieldProgram forwardProgram() {
    FieldProgram program = new FieldProgram();
    addField(program);
    for (FieldTerm term : terms) {
      term.forward(program);
    }
    if (objective.kineticPenalty() > 0) {
      kineticCost().forward(program, state.kineticSlope());
    }
    return program;
  }

  /** Computes the derivative of the adjoint state, and the gradients of the operands. */
  FieldProgram adjointProgram() {
    FieldProgram program = new FieldProgram();
    addField(program);
    program.addForParameters(operands.clearGradients());
    network.reverseOutput(program, addFieldCotangent(program));
    for (FieldTerm term : terms) {
      term.reverse(program);
    }
    network.reverse(program, state.cotangentSlope());
    // What pulls at a component that stays at 0 must not shorten the steps.
    presence.restrict(program, state.cotangentSlope());
    return program;
  }

  /** Computes f in the components that a record has. */
  private void addField(FieldProgram program) {
    network.forward(program, state.position(), state.positionSlope());
    presence.restrict(program, state.positionSlope());
  }

  /**
   * Computes the cotangent of what the network gives for f: a - 2 kineticPenalty f in the
   * components that a record has.
   *
   * @return where it is found, B by d: a itself where it is nothing else
   */
  private INDArray addFieldCotangent(FieldProgram program) {
    INDArray a = state.cotangent();
    if (objective.kineticPenalty() == 0 && presence.optional().length == 0) {
      return a;
    }
    // The state is the solver's, and must stay as it is.
    Accumulator cotangent = Accumulator.startingWith(program, a, arrays.matrix(a.columns()));
    kineticCost().reverse(program, cotangent);
    presence.restrict(program, cotangent.total());
    return cotangent.total();
  }

  private RunningCost kineticCost() {
    return new RunningCost(
        state.positionSlope(), objective.kineticPenalty(), state.scratch(), arrays);
  }
}
