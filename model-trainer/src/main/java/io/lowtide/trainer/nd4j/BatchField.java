package io.lowtide.trainer.nd4j;

import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.FlowObjective;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The vector field f(z, s; c) over a batch of B records, with its divergence, the running costs of
 * the penalties, and their vector-Jacobian products, on preallocated ND4J arrays.
 *
 * <p>Integrated from s = 1 (data) to s = 0 (base), the state of a record is (z, l, k, j) with
 *
 * <pre>
 *   dz/ds = f,   dl/ds = tr(df/dz),   dk/ds = -|f|^2,   dj/ds = -|(df/dz) e|^2
 * </pre>
 *
 * starting at (x, 0, 0, 0), and its loss is |z(0)|^2 / 2 - l(0) + kineticPenalty k(0) +
 * jacobianPenalty j(0) plus a constant. The cotangents of l, k and j are therefore the constants
 * -1, kineticPenalty and jacobianPenalty, and those of z follow the adjoint equation (Chen et al.
 * 2018, arXiv 1806.07366, section 2), da/ds = -(d/dz) [a.f - tr(df/dz) - kineticPenalty |f|^2 -
 * jacobianPenalty |(df/dz) e|^2].
 *
 * <p>Made of parts, each of which writes its operations into two programs ({@link FieldAssembly}):
 * the layers ({@link FieldNetwork}), the divergence and the Jacobian penalty ({@link FieldTerms}),
 * the kinetic penalty ({@link RunningCost}), and the restriction to the components that a record
 * has ({@link Presence}).
 *
 * <p>Not to be used by two threads at once.
 */
final class BatchField {

  private final FieldShape shape;
  private final FlowObjective objective;
  private final BatchArrays arrays;
  private final OperandMatrices operands;
  private final FieldContext context;
  private final Presence presence;
  private final Probes probes;
  private final FieldState state;
  private final FieldProgram forward;
  private final FieldProgram adjoint;

  /**
   * @param shape shape of the field
   * @param objective what is minimised
   * @param type {@link DataType#FLOAT} to train, {@link DataType#DOUBLE} to check
   * @param records B, at least 1
   * @param optional components that a record may lack
   */
  public BatchField(
      FieldShape shape, FlowObjective objective, DataType type, int records, int[] optional) {
    if (records < 1) {
      throw new IllegalArgumentException("records: " + records + ", expected at least 1");
    }
    this.shape = shape;
    this.objective = objective;
    this.arrays = new BatchArrays(type, records);
    this.operands = new OperandMatrices(shape, objective.hasClosedFormDivergence(shape), type);
    this.context = FieldContext.of(shape, arrays);
    this.presence = Presence.of(arrays, shape.dimensions(), optional);
    this.probes = new Probes(arrays, shape.dimensions(), presence);
    this.state = new FieldState(shape, objective, arrays);
    FieldNetwork network = new FieldNetwork(shape, operands, context, arrays);
    List<FieldTerm> terms =
        new FieldTerms(shape, objective, operands, network, probes, state, arrays).list();
    FieldAssembly assembly =
        new FieldAssembly(objective, operands, network, terms, presence, state, arrays);
    this.forward = assembly.forwardProgram();
    this.adjoint = assembly.adjointProgram();
  }

  /** Shape of the field. */
  public FieldShape shape() {
    return shape;
  }

  /** What is minimised. */
  public FlowObjective objective() {
    return objective;
  }

  /** Element type of the arrays. */
  public DataType type() {
    return arrays.type();
  }

  /** B. */
  public int records() {
    return arrays.records();
  }

  /** Columns of the forward state: z, l, then k and j where they are penalised. */
  public int forwardColumns() {
    return state.forwardColumns();
  }

  /** Columns of the adjoint state: z, then a. */
  public int adjointColumns() {
    return state.adjointColumns();
  }

  /** Where a state to evaluate at is put: column-major, one row per record. */
  public TensorBuffer point() {
    return state.point();
  }

  /** Where the derivative of that state is found. */
  public TensorBuffer derivative() {
    return state.derivative();
  }

  /**
   * Sets the parameters.
   *
   * @param parameters flat vector in the layout of the shape; kept, and not to be changed before
   *     the next call
   * @throws IllegalArgumentException if the length is not that of the shape
   */
  public void setParameters(double[] parameters) {
    if (parameters.length != shape.parameterCount()) {
      throw new IllegalArgumentException(
          "parameters: " + parameters.length + " values, expected " + shape.parameterCount());
    }
    operands.setParameters(parameters);
  }

  /**
   * Sets the context of a conditional field.
   *
   * @param values c, B by k, column-major
   */
  public void setContext(double[] values) {
    context.set(values);
  }

  /**
   * Says which components each record has.
   *
   * @param values B by d, column-major: 1 for one that it has, 0 for one that it lacks; those that
   *     are not optional are there
   */
  public void setPresent(double[] values) {
    presence.set(values);
    probes.update();
  }

  /** The components that a record has; not to be changed, and good until the next call. */
  public BitSet present(int record) {
    return presence.present(record);
  }

  /** Number of components that a record lacks. */
  public int absent(int record) {
    return presence.absent(record);
  }

  /** Draws the random probes anew, where there are any. */
  public void drawProbe(RandomGenerator random) {
    probes.draw(objective.probes(), random);
  }

  /** Evaluates the derivative of the forward state (z, l, k, j) at {@link #point()}. */
  public void evaluate(double s) {
    operands.fold(s);
    forward.run(false);
  }

  /** Length of the integrand of the parameter gradient. */
  public int integrandSize() {
    return operands.integrandSize();
  }

  /**
   * Evaluates the derivative of the adjoint state (z, a) at {@link #point()}.
   *
   * @param s time
   * @param integrand receives the derivative of the parameter gradient, summed over the records and
   *     with the opposite sign: (d/dtheta) [a.f - ...]; null where it is not needed
   */
  public void evaluateAdjoint(double s, double[] integrand) {
    operands.fold(s);
    adjoint.run(integrand != null);
    if (integrand != null) {
      operands.pullBack(s, integrand);
    }
  }

  /**
   * Turns the integral of {@link #evaluateAdjoint}'s integrands into a parameter gradient.
   *
   * @param integral {@link #integrandSize()} numbers
   * @param factor multiplies the result
   * @param gradient receives the gradient in the layout of the shape
   */
  public void finishGradient(double[] integral, double factor, double[] gradient) {
    operands.finish(integral, factor, gradient);
  }
}
