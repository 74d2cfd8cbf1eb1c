package io.lowtide.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.lowtide.density.field.Activation;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.ErrorNorm;

/** The one argument of every kernel: {@code struct Problem} of the source, field by field. */
final class KernelArgument implements AutoCloseable {

  private static final int ADDRESSES = 17;
  private static final int DOUBLES = 7;
  private static final int INTEGERS = 15;
  private static final int BASE = 7;
  private static final int SIZES = 16;
  private static final long DOUBLES_AT = (long) ADDRESSES * Long.BYTES;
  private static final long INTEGERS_AT = DOUBLES_AT + (long) DOUBLES * Double.BYTES;
  private static final long WANT_GRADIENT_AT = INTEGERS_AT + 11L * Integer.BYTES;

  /** The integers end in the middle of a double. */
  private static final long BYTES = INTEGERS_AT + (INTEGERS + 1L) * Integer.BYTES;

  private final Memory struct = new Memory(BYTES);

  /** Where the driver finds it: a list of the one address. */
  private final Memory list = new Memory(Long.BYTES);

  KernelArgument() {
    struct.clear();
    list.setPointer(0, struct);
  }

  /**
   * Where the kernels find what they read, and put what they write, on the device; 0 for what there
   * is not.
   */
  record Addresses(
      long parameters,
      long operands,
      long x,
      long context,
      long present,
      long probes,
      long directions,
      long base,
      long marginals,
      long logDensities,
      long kineticEnergies,
      long jacobianNorms,
      long parts,
      long gradient,
      long outcomes,
      long meetings) {}

  /**
   * Takes over what stays the same for every batch.
   *
   * @param directionCount products with probes
   * @param closedTrace whether the divergence is found in closed form
   * @param blocks that take part
   * @param baseComponents of the mixture that is the base; 0: the standard normal
   * @param commonSteps whether the records of the batch share their steps
   */
  void set(
      BatchProblem problem,
      Addresses addresses,
      int directionCount,
      boolean closedTrace,
      int fixedSteps,
      int blocks,
      int baseComponents,
      boolean commonSteps) {
    long[] list = {
      addresses.parameters(),
      addresses.operands(),
      addresses.x(),
      addresses.context(),
      addresses.present(),
      addresses.probes(),
      addresses.directions(),
      addresses.base(),
      addresses.marginals(),
      addresses.logDensities(),
      addresses.kineticEnergies(),
      addresses.jacobianNorms(),
      addresses.parts(),
      addresses.gradient(),
      addresses.outcomes(),
      addresses.meetings()
    };
    struct.write(0, list, 0, list.length);
    double[] numbers = {
      problem.forward().relativeTolerance(),
      problem.forward().absoluteTolerance(),
      problem.adjoint().relativeTolerance(),
      problem.adjoint().absoluteTolerance(),
      problem.objective().kineticPenalty(),
      problem.objective().jacobianPenalty(),
      -1.0 / problem.records()
    };
    struct.write(DOUBLES_AT, numbers, 0, numbers.length);
    int[] integers = {
      problem.records(),
      problem.shape().dimensions(),
      problem.shape().contextDimensions(),
      directionCount,
      flag(problem.shape().activation() == Activation.SOFTPLUS),
      flag(closedTrace),
      flag(problem.forward().norm() == ErrorNorm.EVERY_RECORD),
      flag(problem.adjoint().norm() == ErrorNorm.EVERY_RECORD),
      problem.forward().maximumEvaluations(),
      problem.adjoint().maximumEvaluations(),
      fixedSteps,
      0,
      blocks,
      baseComponents,
      flag(commonSteps)
    };
    struct.write(INTEGERS_AT, integers, 0, integers.length);
  }

  /** Where the marginals of the mixture are from here on. */
  void setBase(long address) {
    struct.setLong((long) BASE * Long.BYTES, address);
  }

  void setSizes(long address) {
    struct.setLong((long) SIZES * Long.BYTES, address);
  }

  void setWantGradient(boolean wanted) {
    struct.setInt(WANT_GRADIENT_AT, flag(wanted));
  }

  private static int flag(boolean value) {
    return value ? 1 : 0;
  }

  Pointer pointer() {
    return list;
  }

  @Override
  public void close() {
    list.close();
    struct.close();
  }
}
