package io.lowtide.trainer.nd4j;

import static io.lowtide.trainer.nd4j.TensorOps.addProduct;
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
  private final TensorBuffer point;
  private final TensorBuffer derivative;
  private final INDArray z;
  private final INDArray f;
  private final List<HiddenLayer> layers = new ArrayList<>();
  private final LayerArgument output;
  private final List<Product> products = new ArrayList<>();
  private final INDArray probeProduct;
  private final INDArray productCotangent;
  private final INDArray positionScratch;
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
    int width = Math.max(forwardColumns(), adjointColumns());
    this.point = arrays.buffer(width);
    this.derivative = arrays.buffer(width);
    this.f = derivative.matrix(0, records, d);
    AffineInput input = arrays.affineInput(d);
    this.z = input.plain();
    for (int index = 0; index < shape.hiddenLayers(); index++) {
      HiddenLayer layer =
          new HiddenLayer(shape.activation(), index, operands, context, input, arrays);
      layers.add(layer);
      input = layer.output;
    }
    this.output = context.output(operands, shape.hiddenLayers(), input);
    this.probeProduct = arrays.matrix(d);
    this.productCotangent = arrays.matrix(d);
    this.positionScratch = arrays.matrix(d);
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
    int d = shape.dimensions();
    addPrimal(forward);
    INDArray trace = derivative.vector(d * records(), records());
    boolean begun = false;
    if (closedFormTrace) {
      begun = true;
      if (layers.size() == 1) {
        forward.add(product(layers.get(0).sensitivity, operands.traceVector(), trace));
      } else {
        HiddenLayer first = layers.get(0);
        forward
            .add(traceProduct(1))
            .add(
                multiply(first.sensitivityCotangent, first.sensitivity, first.sensitivityCotangent))
            .add(product(first.sensitivityCotangent, onesOf(first.sensitivity), trace));
      }
    }
    for (Product product : products) {
      addTangent(forward, product);
      if (product.inTrace()) {
        forward.add(multiply(product.direction(), probeProduct, positionScratch));
        if (product.traceFactor() != 1) {
          forward.add(scale(product.traceFactor(), positionScratch, positionScratch));
        }
        INDArray columns = onesOf(positionScratch);
        forward.add(
            begun
                ? addProduct(positionScratch, columns, trace)
                : product(positionScratch, columns, trace));
        begun = true;
      }
      if (product.inPenalty()) {
        int column = d + 1 + (objective.kineticPenalty() > 0 ? 1 : 0);
        addCost(probeProduct, column);
      }
    }
    if (objective.kineticPenalty() > 0) {
      addCost(f, d + 1);
    }
  }

  /** Derivative of a running cost: minus the squared length of each row. */
  private void addCost(INDArray rows, int column) {
    forward
        .add(square(rows, positionScratch))
        .add(
            product(
                -1,
                positionScratch,
                onesOf(positionScratch),
                derivative.vector(column * records(), records())));
  }

  /** One 1 per column of a batch array. */
  private INDArray onesOf(INDArray array) {
    return arrays.ones(array.columns());
  }

  /** Two hidden layers: dL/du = factor T v for each record, into the first layer's dL/du. */
  private MatrixProduct traceProduct(double factor) {
    return productTransposed(
        factor,
        layers.get(1).sensitivity,
        operands.trace().value(),
        layers.get(0).sensitivityCotangent);
  }

  private void addPrimal(FieldProgram program) {
    program.add(copy(point.matrix(0, records(), shape.dimensions()), z));
    for (HiddenLayer layer : layers) {
      layer.forward(program);
    }
    output.forward(program, 1, f);
    presence.restrict(program, f);
  }

  private HiddenLayer lastLayer() {
    return layers.get(layers.size() - 1);
  }

  /** (df/dz) e by forward-mode differentiation. */
  private void addTangent(FieldProgram program, Product product) {
    INDArray tangent = product.direction();
    for (HiddenLayer layer : layers) {
      layer.forwardTangent(program, tangent);
      tangent = layer.tangent;
    }
    program.add(productTransposed(1, tangent, output.weights().value(), probeProduct));
  }

  private void assembleAdjoint() {
    int d = shape.dimensions();
    INDArray a = point.matrix(d * records(), records(), d);
    INDArray minusSlope = derivative.matrix(d * records(), records(), d);
    addPrimal(adjoint);
    adjoint.addForParameters(operands.clearGradients());
    INDArray fCotangent = a;
    if (objective.kineticPenalty() > 0 || presence.optional().length > 0) {
      fCotangent = arrays.matrix(d);
      adjoint
          .add(copy(a, fCotangent))
          .add(addScaled(-2 * objective.kineticPenalty(), f, fCotangent));
    }
    presence.restrict(adjoint, fCotangent);
    adjoint.add(product(fCotangent, output.weights().value(), lastLayer().outputCotangent));
    output.reverse(adjoint, fCotangent);
    boolean begun = closedFormTrace;
    if (closedFormTrace) {
      reverseClosedFormTrace();
    }
    for (Product product : products) {
      reverseProduct(product, begun);
      begun = true;
    }
    for (int index = layers.size() - 1; index > 0; index--) {
      layers.get(index).reverse(adjoint, 1, layers.get(index - 1).outputCotangent);
    }
    layers.get(0).reverse(adjoint, -1, minusSlope);
    // What pulls at a component that stays at 0 must not shorten the steps.
    presence.restrict(adjoint, minusSlope);
  }

  private void reverseClosedFormTrace() {
    HiddenLayer first = layers.get(0);
    OperandMatrix trace = operands.trace();
    if (layers.size() == 1) {
      INDArray column = arrays.ones(records()).reshape('f', records(), 1);
      adjoint
          .add(
              productTransposed(TRACE_COTANGENT, column, trace.value(), first.sensitivityCotangent))
          .addForParameters(
              addTransposedProduct(TRACE_COTANGENT, first.sensitivity, column, trace.gradient()));
      return;
    }
    HiddenLayer second = layers.get(1);
    adjoint
        .add(traceProduct(TRACE_COTANGENT))
        .add(
            product(TRACE_COTANGENT, first.sensitivity, trace.value(), second.sensitivityCotangent))
        .addForParameters(
            addTransposedProduct(
                TRACE_COTANGENT, first.sensitivity, second.sensitivity, trace.gradient()));
  }

  private void reverseProduct(Product product, boolean accumulate) {
    addTangent(adjoint, product);
    if (product.inTrace()) {
      adjoint.add(
          scale(TRACE_COTANGENT * product.traceFactor(), product.direction(), productCotangent));
      if (product.inPenalty()) {
        adjoint.add(addScaled(-2 * objective.jacobianPenalty(), probeProduct, productCotangent));
      }
    } else {
      adjoint.add(scale(-2 * objective.jacobianPenalty(), probeProduct, productCotangent));
    }
    adjoint
        .add(product(productCotangent, output.weights().value(), lastLayer().tangentCotangent))
        .addForParameters(
            addTransposedProduct(
                1, productCotangent, lastLayer().tangent, output.weights().gradient()));
    for (int index = layers.size() - 1; index >= 0; index--) {
      boolean first = index == 0;
      layers
          .get(index)
          .reverseTangent(
              adjoint,
              first ? product.direction() : layers.get(index - 1).tangent,
              accumulate,
              first ? null : layers.get(index - 1).tangentCotangent);
    }
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
    return shape.dimensions()
        + 1
        + (objective.kineticPenalty() > 0 ? 1 : 0)
        + (objective.jacobianPenalty() > 0 ? 1 : 0);
  }

  /** Columns of the adjoint state: z, then a. */
  public int adjointColumns() {
    return 2 * shape.dimensions();
  }

  /** Where a state to evaluate at is put: column-major, one row per record. */
  public TensorBuffer point() {
    return point;
  }

  /** Where the derivative of that state is found. */
  public TensorBuffer derivative() {
    return derivative;
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
