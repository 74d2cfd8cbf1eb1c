package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.addScaled;
import static io.lowtide.trainer.nd4j.TensorOps.addTransposedProduct;
import static io.lowtide.trainer.nd4j.TensorOps.copy;
import static io.lowtide.trainer.nd4j.TensorOps.multiply;
import static io.lowtide.trainer.nd4j.TensorOps.product;
import static io.lowtide.trainer.nd4j.TensorOps.productTransposed;
import static io.lowtide.trainer.nd4j.TensorOps.scale;
import static io.lowtide.trainer.nd4j.TensorOps.square;

import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.TraceMode;
import io.lowtide.trainer.nd4j.ProbeDirection.Among;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

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
 * <p>The divergence of a field with one or two hidden layers is tr = u' M v in closed form. Every
 * other trace, and the Jacobian penalty, comes from forward-mode products with probes: one random
 * probe, or all d unit vectors.
 *
 * <p>A record may lack some of its components. The field is then restricted to the others: those
 * that it lacks are held at 0 and do not count in the divergence. From the closed form, which
 * counts them, their part is taken away, component by component where few are optional, else by the
 * estimate of one random probe.
 *
 * <p>Not to be used by two threads at once.
 */
final class BatchField {

  private static final double TRACE_COTANGENT = -1;

  /** Optional components up to which their part of the closed-form divergence is exact. */
  private static final int EXACT_OPTIONAL = 4;

  private final FieldShape shape;
  private final FlowObjective objective;
  private final BatchArrays arrays;
  private final boolean closedFormTrace;
  private final OperandMatrices operands;
  private final FieldContext context;
  private final Presence presence;
  private final Probes probes;
  private final FieldState state;
  private final INDArray f;
  private final FieldNetwork network;
  private final List<Product> products = new ArrayList<>();
  private final FieldProgram forward = new FieldProgram();
  private final FieldProgram adjoint = new FieldProgram();

  /**
   * A forward-mode product (df/dz) e.
   *
   * @param traceFactor factor of e' (df/dz) e in the divergence; 0: it has no part in it
   * @param inPenalty whether |(df/dz) e|^2 is the Jacobian penalty's running cost
   */
  private record Product(ProbeDirection along, double traceFactor, boolean inPenalty) {

    INDArray direction() {
      return along.matrix();
    }

    boolean inTrace() {
      return traceFactor != 0;
    }
  }

  /**
   * @param shape shape of the field
   * @param objective what is minimised
   * @param type {@link DataType#FLOAT} to train, {@link DataType#DOUBLE} to check
   * @param records B, at least 1
   */
  public BatchField(FieldShape shape, FlowObjective objective, DataType type, int records) {
    this(shape, objective, type, records, new int[0]);
  }

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
    int d = shape.dimensions();
    this.shape = shape;
    this.objective = objective;
    this.arrays = new BatchArrays(type, records);
    this.closedFormTrace = objective.trace() == TraceMode.EXACT && shape.hiddenLayers() <= 2;
    this.operands = new OperandMatrices(shape, closedFormTrace, type);
    this.context = FieldContext.of(shape, arrays);
    this.presence = Presence.of(arrays, d, optional);
    this.probes = new Probes(arrays, d, presence);
    this.state = new FieldState(shape, objective, arrays);
    this.f = state.positionSlope();
    this.network = new FieldNetwork(shape, operands, context, arrays);
    listProducts();
    assembleForward();
    assembleAdjoint();
  }

  private void listProducts() {
    boolean penalty = objective.jacobianPenalty() > 0;
    boolean estimated = objective.trace() == TraceMode.HUTCHINSON;
    if (estimated || penalty) {
      products.add(new Product(probes.random(Among.PRESENT), estimated ? 1 : 0, penalty));
    }
    if (closedFormTrace) {
      listCorrections();
    } else if (!estimated) {
      for (int i = 0; i < shape.dimensions(); i++) {
        products.add(new Product(probes.unit(i, Among.PRESENT), 1, false));
      }
    }
  }

  /** What takes the part of the components that a record lacks out of the closed form. */
  private void listCorrections() {
    int[] optional = presence.optional();
    if (optional.length > EXACT_OPTIONAL) {
      products.add(new Product(probes.random(Among.ABSENT), -1, false));
      return;
    }
    for (int component : optional) {
      products.add(new Product(probes.unit(component, Among.ABSENT), -1, false));
    }
  }

  private void assembleForward() {
    addField(forward);
    Accumulator divergence = new Accumulator(state.divergence());
    if (closedFormTrace) {
      addClosedFormTrace(divergence);
    }
    for (Product product : products) {
      network.forwardTangent(forward, product.direction());
      if (product.inTrace()) {
        INDArray rows = state.scratch();
        forward.add(multiply(product.direction(), network.tangent(), rows));
        if (product.traceFactor() != 1) {
          forward.add(scale(product.traceFactor(), rows, rows));
        }
        divergence.addProduct(forward, 1, rows, onesOf(rows));
      }
      if (product.inPenalty()) {
        addCost(network.tangent(), state.jacobianSlope());
      }
    }
    if (objective.kineticPenalty() > 0) {
      addCost(f, state.kineticSlope());
    }
  }

  private void addClosedFormTrace(Accumulator divergence) {
    HiddenLayer first = network.layer(0);
    if (shape.hiddenLayers() == 1) {
      divergence.addProduct(forward, 1, first.sensitivity(), operands.traceVector());
      return;
    }
    INDArray rows = first.sensitivityCotangent().total();
    forward
        .add(productTransposed(1, network.layer(1).sensitivity(), operands.trace().value(), rows))
        .add(multiply(rows, first.sensitivity(), rows));
    divergence.addProduct(forward, 1, rows, onesOf(rows));
  }

  /** Derivative of a running cost: minus the squared length of each row. */
  private void addCost(INDArray rows, INDArray slope) {
    INDArray squares = state.scratch();
    forward.add(square(rows, squares)).add(product(-1, squares, onesOf(squares), slope));
  }

  /** One 1 per column of a batch array. */
  private INDArray onesOf(INDArray array) {
    return arrays.ones(array.columns());
  }

  private void addField(FieldProgram program) {
    network.forward(program, state.position(), f);
    presence.restrict(program, f);
  }

  private void assembleAdjoint() {
    addField(adjoint);
    adjoint.addForParameters(operands.clearGradients());
    network.reverseOutput(adjoint, fieldCotangent());
    if (closedFormTrace) {
      reverseClosedFormTrace();
    }
    for (Product product : products) {
      reverseProduct(product);
    }
    network.reverse(adjoint, state.cotangentSlope());
    // What pulls at a component that stays at 0 must not shorten the steps.
    presence.restrict(adjoint, state.cotangentSlope());
  }

  /** Cotangent of f: a - 2 kineticPenalty f in the components that a record has. */
  private INDArray fieldCotangent() {
    INDArray a = state.cotangent();
    if (objective.kineticPenalty() == 0 && presence.optional().length == 0) {
      return a;
    }
    INDArray cotangent = arrays.matrix(shape.dimensions());
    adjoint.add(copy(a, cotangent)).add(addScaled(-2 * objective.kineticPenalty(), f, cotangent));
    presence.restrict(adjoint, cotangent);
    return cotangent;
  }

  private void reverseClosedFormTrace() {
    HiddenLayer first = network.layer(0);
    OperandMatrix trace = operands.trace();
    if (shape.hiddenLayers() == 1) {
      INDArray column = arrays.ones(records()).reshape('f', records(), 1);
      first
          .sensitivityCotangent()
          .addProductTransposed(adjoint, TRACE_COTANGENT, column, trace.value());
      adjoint.addForParameters(
          addTransposedProduct(TRACE_COTANGENT, first.sensitivity(), column, trace.gradient()));
      return;
    }
    HiddenLayer second = network.layer(1);
    first
        .sensitivityCotangent()
        .addProductTransposed(adjoint, TRACE_COTANGENT, second.sensitivity(), trace.value());
    second
        .sensitivityCotangent()
        .addProduct(adjoint, TRACE_COTANGENT, first.sensitivity(), trace.value());
    adjoint.addForParameters(
        addTransposedProduct(
            TRACE_COTANGENT, first.sensitivity(), second.sensitivity(), trace.gradient()));
  }

  private void reverseProduct(Product product) {
    network.forwardTangent(adjoint, product.direction());
    Accumulator cotangent = new Accumulator(network.tangentCotangent());
    if (product.inTrace()) {
      cotangent.addScaled(adjoint, TRACE_COTANGENT * product.traceFactor(), product.direction());
    }
    if (product.inPenalty()) {
      cotangent.addScaled(adjoint, -2 * objective.jacobianPenalty(), network.tangent());
    }
    network.reverseTangent(adjoint, product.direction());
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
