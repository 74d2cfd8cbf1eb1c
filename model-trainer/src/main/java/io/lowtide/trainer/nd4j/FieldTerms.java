package io.lowtide.trainer.nd4j;

import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.TraceMode;
import io.lowtide.trainer.nd4j.ProbeDirection.Among;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses how the divergence comes about, and the products with probes that it and the Jacobian
 * penalty take.
 *
 * <p>The divergence of a field with one or two hidden layers is found in closed form. Every other,
 * and the Jacobian penalty, comes from products with probes: one random probe, or all d unit
 * vectors.
 *
 * <p>The closed form counts the components that a record lacks, too. Their part is taken away,
 * component by component where few are optional, else by the estimate of one random probe.
 */
final class FieldTerms {

  private final FieldShape shape;
  private final FlowObjective objective;
  private final OperandMatrices operands;
  private final FieldNetwork network;
  private final Probes probes;
  private final FieldState state;
  private final BatchArrays arrays;
  private final Accumulator divergence;
  private final List<FieldTerm> terms = new ArrayList<>();

  /**
   * @param shape of the field
   * @param objective what is minimised
   * @param operands those of the field
   * @param network its layers
   * @param probes where directions are made
   * @param state holds the derivative of the forward state
   * @param arrays makes further arrays
   */
  FieldTerms(
      FieldShape shape,
      FlowObjective objective,
      OperandMatrices operands,
      FieldNetwork network,
      Probes probes,
      FieldState state,
      BatchArrays arrays) {
    this.shape = shape;
    this.objective = objective;
    this.operands = operands;
    this.network = network;
    this.probes = probes;
    this.state = state;
    this.arrays = arrays;
    this.divergence = new Accumulator(state.divergence());
    if (objective.trace() == TraceMode.HUTCHINSON) {
      addEstimatedDivergence();
    } else if (objective.hasClosedFormDivergence(shape)) {
      addClosedFormDivergence();
    } else {
      addExactDivergence();
    }
  }

  /** The terms, in the order in which their operations run. */
  List<FieldTerm> list() {
    return terms;
  }

  /** One random probe, which serves the penalty, too. */
  private void addEstimatedDivergence() {
    ProbeDirection probe = probes.random(Among.PRESENT);
    List<ProductUse> uses = new ArrayList<>();
    uses.add(traceEstimate(probe, 1));
    uses.addAll(jacobianCosts());
    addProduct(probe, uses);
  }

  private void addClosedFormDivergence() {
    HiddenLayer first = network.layer(0);
    terms.add(
        shape.hiddenLayers() == 1
            ? new OneLayerTrace(first, operands, divergence, arrays)
            : new TwoLayerTrace(first, network.layer(1), operands.trace(), divergence, arrays));
    addPenalty();
    int[] optional = probes.optional();
    if (optional.length > FlowObjective.MOST_EXACTLY_ABSENT) {
      addTracePart(probes.random(Among.ABSENT), -1);
      return;
    }
    for (int component : optional) {
      addTracePart(probes.unit(component, Among.ABSENT), -1);
    }
  }

  private void addExactDivergence() {
    addPenalty();
    for (int component = 0; component < shape.dimensions(); component++) {
      addTracePart(probes.unit(component, Among.PRESENT), 1);
    }
  }

  /** A random probe for the Jacobian penalty alone. */
  private void addPenalty() {
    List<ProductUse> costs = jacobianCosts();
    if (!costs.isEmpty()) {
      addProduct(probes.random(Among.PRESENT), costs);
    }
  }

  private void addTracePart(ProbeDirection probe, double factor) {
    addProduct(probe, List.of(traceEstimate(probe, factor)));
  }

  private void addProduct(ProbeDirection probe, List<ProductUse> uses) {
    terms.add(new JacobianProduct(network, probe.matrix(), uses));
  }

  private TraceEstimate traceEstimate(ProbeDirection probe, double factor) {
    return new TraceEstimate(
        probe.matrix(), factor, network.tangent(), state.scratch(), divergence, arrays);
  }

  /** One where it is penalised, else none. */
  private List<ProductUse> jacobianCosts() {
    double penalty = objective.jacobianPenalty();
    return penalty > 0
        ? List.of(
            new JacobianCost(
                new RunningCost(network.tangent(), penalty, state.scratch(), arrays),
                state.jacobianSlope()))
        : List.of();
  }
}
