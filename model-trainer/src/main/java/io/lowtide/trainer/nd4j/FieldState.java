package io.lowtide.trainer.nd4j;

import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.FlowObjective;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The states of a batch and their derivatives, one row per record and column-major: forward (z, l,
 * then k and j where they are penalised), adjoint (z, a).
 */
final class FieldState {

  private final int records;
  private final int dimensions;
  private final boolean kinetic;
  private final boolean jacobian;
  private final TensorBuffer point;
  private final TensorBuffer derivative;
  private final INDArray scratch;

  /**
   * @param shape of the field
   * @param objective what is minimised
   * @param arrays makes the arrays
   */
  FieldState(FieldShape shape, FlowObjective objective, BatchArrays arrays) {
    this.records = arrays.records();
    this.dimensions = shape.dimensions();
    this.kinetic = objective.kineticPenalty() > 0;
    this.jacobian = objective.jacobianPenalty() > 0;
    int width = Math.max(forwardColumns(), adjointColumns());
    this.point = arrays.buffer(width);
    this.derivative = arrays.buffer(width);
    this.scratch = arrays.matrix(dimensions);
  }

  /** Columns of the forward state. */
  int forwardColumns() {
    return dimensions + 1 + (kinetic ? 1 : 0) + (jacobian ? 1 : 0);
  }

  /** Columns of the adjoint state. */
  int adjointColumns() {
    return 2 * dimensions;
  }

  /** Where a state to evaluate at is put. */
  TensorBuffer point() {
    return point;
  }

  /** Where the derivative of that state is found. */
  TensorBuffer derivative() {
    return derivative;
  }

  /** Room for what no part needs for longer than its own operations take, B by d. */
  INDArray scratch() {
    return scratch;
  }

  /** z, B by d. */
  INDArray position() {
    return point.matrix(0, records, dimensions);
  }

  /** a, B by d. */
  INDArray cotangent() {
    return point.matrix(dimensions * records, records, dimensions);
  }

  /** dz/ds, B by d. */
  INDArray positionSlope() {
    return derivative.matrix(0, records, dimensions);
  }

  /** da/ds, B by d. */
  INDArray cotangentSlope() {
    return derivative.matrix(dimensions * records, records, dimensions);
  }

  /** dl/ds, length B. */
  INDArray divergence() {
    return column(dimensions);
  }

  /** dk/ds, length B; only where it is penalised. */
  INDArray kineticSlope() {
    return column(dimensions + 1);
  }

  /** dj/ds, length B; only where it is penalised. */
  INDArray jacobianSlope() {
    return column(dimensions + 1 + (kinetic ? 1 : 0));
  }

  private INDArray column(int index) {
    return derivative.vector(index * records, records);
  }
}
