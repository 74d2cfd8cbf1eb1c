package io.lowtide.trainer.engine;

import io.lowtide.density.field.FieldShape;
import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.StackedDensity;
import io.lowtide.density.flow.StandardNormal;

/**
 * What an engine computes for one batch after the other.
 *
 * @param shape shape of the vector field
 * @param base what the flow starts from, of as many dimensions; where a record lacks components,
 *     its marginal over the others
 * @param objective what is minimised
 * @param records B, records of every batch, at least 1
 * @param optional components that a record may lack, ascending; empty where every record has all
 * @param shards parts that a batch is cut into, from 1 to B, each of which is integrated with steps
 *     of its own, for an engine whose threads need to be told: on the CPU the result depends on
 *     their number, and on nothing that the machine has many or few of; one on a GPU cuts a batch
 *     into tiles of its own
 * @param forward how states are integrated
 * @param adjoint how cotangents are integrated
 * @param precision of the numbers
 */
public record BatchProblem(
    FieldShape shape,
    BaseDensity base,
    FlowObjective objective,
    int records,
    int[] optional,
    int shards,
    SolverOptions forward,
    SolverOptions adjoint,
    Precision precision) {

  private static final int[] NONE = {};

  /**
   * @throws IllegalArgumentException if there is no record, the shards are none or more than the
   *     records, or the base has other dimensions than the field
   */
  public BatchProblem {
    if (base.dimensions() != shape.dimensions()) {
      throw new IllegalArgumentException(
          "base: of " + base.dimensions() + " dimensions, expected " + shape.dimensions());
    }
    if (base instanceof StackedDensity) {
      throw new IllegalArgumentException(
          "base: a mixture with kernels, expected the mixture: a flow would learn to lead each record"
              + " to its own kernel");
    }
    if (records < 1) {
      throw new IllegalArgumentException("records: " + records + ", expected at least 1");
    }
    if (shards < 1 || shards > records) {
      throw new IllegalArgumentException(
          "shards: " + shards + ", expected between 1 and the " + records + " records of a batch");
    }
    optional = optional.clone();
  }

  /**
   * Complete records and a standard normal in single precision, integrated both ways alike.
   *
   * @param shape shape of the vector field
   * @param objective what is minimised
   * @param records B
   * @param options how states and cotangents are integrated
   */
  public static BatchProblem of(
      FieldShape shape, FlowObjective objective, int records, SolverOptions options) {
    return new BatchProblem(
        shape,
        new StandardNormal(shape.dimensions()),
        objective,
        records,
        NONE,
        1,
        options,
        options,
        Precision.SINGLE);
  }

  /** The same, cut into other parts. */
  public BatchProblem withShards(int count) {
    return new BatchProblem(
        shape, base, objective, records, optional, count, forward, adjoint, precision);
  }

  /** The same for so many records, in one part. */
  public BatchProblem withRecords(int count) {
    return new BatchProblem(
        shape, base, objective, count, optional, 1, forward, adjoint, precision);
  }

  /** The same in double precision. */
  public BatchProblem inDoublePrecision() {
    return new BatchProblem(
        shape, base, objective, records, optional, shards, forward, adjoint, Precision.DOUBLE);
  }

  /** The same for records that may lack these components. */
  public BatchProblem withOptional(int... components) {
    return new BatchProblem(
        shape, base, objective, records, components, shards, forward, adjoint, precision);
  }

  /** The same from another base. */
  public BatchProblem withBase(BaseDensity other) {
    return new BatchProblem(
        shape, other, objective, records, optional, shards, forward, adjoint, precision);
  }
}
