package io.lowtide.trainer.vector;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.Directions;
import io.lowtide.trainer.engine.Directions.Direction;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.vector.SumsLayout.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The vector field f(z, s; c) over the records of a batch, tile by tile, with its divergence, the
 * running costs of the penalties, and their vector-Jacobian products.
 *
 * <p>Integrated from s = 1 (data) to s = 0 (base), the state of a record is (z, l, k, j) with
 *
 * <pre>
 *   dz/ds = f,   dl/ds = tr(df/dz),   dk/ds = -|f|^2,   dj/ds = -|(df/dz) e|^2
 * </pre>
 *
 * starting at (x, 0, 0, 0). The cotangents of l, k and j are the constants -1, kineticPenalty and
 * jacobianPenalty, and those of z follow the adjoint equation (Chen et al. 2018, arXiv 1806.07366,
 * section 2), da/ds = -(d/dz) [a.f - tr(df/dz) - kineticPenalty |f|^2 - jacobianPenalty |(df/dz)
 * e|^2]; what is summed is the derivative of the same bracket by the parameters.
 *
 * <p>Not to be used by two threads at once.
 *
 * @param <A> array of numbers
 */
final class TiledField<A> {

  /** Columns of the state going forward, besides z: l, k and j. */
  private static final int COSTS = 3;

  private final Kernels<A> kernels;
  private final FieldShape shape;
  private final FlowObjective objective;
  private final Directions directions;
  private final Tiles tiles;
  private final FieldOperands<A> operands;
  private final SumsLayout layout;
  private final int width;
  private final int dimensions;
  private final int contextDimensions;
  private final int count;
  private final boolean softplus;
  private final boolean conditional;

  private final A valid;
  private final A present;
  private final A context;
  private final A contextTransposed;
  private final List<A> gateBases = new ArrayList<>();
  private final List<A> biasBases = new ArrayList<>();
  private final A outputBiasBase;
  private final List<double[]> probes = new ArrayList<>();
  private final List<A> masked = new ArrayList<>();

  private final List<Layer<A>> layers = new ArrayList<>();
  private final A outputBias;
  private final A narrow;
  private final A cotangent;
  private final A direction;
  private final A product;
  private final A transposedWide;
  private final A transposedNarrow;

  /**
   * @param objective what is minimised
   * @param directions of its products
   * @param operands that the field is multiplied from
   */
  TiledField(
      Kernels<A> kernels,
      FieldShape shape,
      FlowObjective objective,
      Directions directions,
      Tiles tiles,
      FieldOperands<A> operands) {
    this.kernels = kernels;
    this.shape = shape;
    this.objective = objective;
    this.directions = directions;
    this.tiles = tiles;
    this.operands = operands;
    this.layout = operands.layout();
    this.width = tiles.width();
    this.dimensions = shape.dimensions();
    this.contextDimensions = shape.contextDimensions();
    this.count = shape.hiddenLayers();
    this.softplus = shape.activation() == Activation.SOFTPLUS;
    this.conditional = contextDimensions > 0;
    this.valid = kernels.newArray(tiles.size(1));
    this.present = kernels.newArray(tiles.size(dimensions));
    int widest = layout.dimensionColumns();
    for (int units : shape.hiddenUnits()) {
      Layer<A> layer = Layer.of(kernels, units, width);
      layers.add(layer);
      widest = Math.max(widest, SumsLayout.rounded(units, kernels.lanes()));
      gateBases.add(kernels.newArray(conditional ? tiles.size(layer.rows()) : 0));
      biasBases.add(kernels.newArray(conditional ? tiles.size(layer.rows()) : 0));
    }
    int rows = SumsLayout.rounded(dimensions, Kernels.PANEL);
    this.outputBiasBase = kernels.newArray(conditional ? tiles.size(rows) : 0);
    this.context = kernels.newArray(conditional ? tiles.size(contextDimensions + 1) : 0);
    this.contextTransposed = kernels.newArray(tiles.size(layout.contextColumns()));
    this.outputBias = kernels.newArray(rows * width);
    this.narrow = kernels.newArray(rows * width);
    this.cotangent = kernels.newArray(rows * width);
    this.direction = kernels.newArray(rows * width);
    this.product = kernels.newArray(rows * width);
    this.transposedWide = kernels.newArray(width * widest);
    this.transposedNarrow = kernels.newArray(width * layout.dimensionColumns());
    double[] ones = new double[tiles.records() * (dimensions + 1)];
    Arrays.fill(ones, 1);
    tiles.put(kernels, ones, 1, valid, 1, 0);
    tiles.put(kernels, ones, dimensions, present, dimensions, 0);
    if (conditional) {
      tiles.put(kernels, ones, 1, context, contextDimensions + 1, contextDimensions);
    }
    for (int probe = 0; probe < directions.randomProbes(); probe++) {
      probes.add(new double[tiles.records() * dimensions]);
      masked.add(kernels.newArray(tiles.size(dimensions)));
    }
  }

  /** z, l, k and j. */
  TiledSystem<A> forward() {
    return new Forward();
  }

  /** z and its cotangent; sums the integrand of the parameters' gradient. */
  TiledSystem<A> adjoint() {
    return new Adjoint();
  }

  /** Draws the random probes anew. */
  void drawProbes(RandomGenerator random) {
    for (double[] probe : probes) {
      objective.probes().fill(probe, random);
    }
  }

  /**
   * Takes over what does not change along the path.
   *
   * @param batch whose components are there where it does not say
   */
  void load(Batch batch) {
    if (batch.present().length > 0) {
      tiles.put(kernels, batch.present(), dimensions, present, dimensions, 0);
    }
    maskProbes();
    if (conditional) {
      loadContext(batch.context());
    }
  }

  /** Keeps of each random probe what lies among the components that a record has, or lacks. */
  private void maskProbes() {
    int size = dimensions * width;
    for (Direction of : directions.list()) {
      if (of.isRandom()) {
        A target = masked.get(of.probe());
        tiles.put(kernels, probes.get(of.probe()), dimensions, target, dimensions, 0);
        for (int at = 0; at < tiles.count() * size; at += size) {
          kernels.multiply(target, at, present, at, direction, 0, size);
          if (of.absent()) {
            kernels.combine(1, target, at, -1, direction, 0, target, at, size);
          } else {
            kernels.copy(direction, 0, target, at, size);
          }
        }
      }
    }
  }

  private void loadContext(double[] values) {
    int entries = contextDimensions + 1;
    tiles.put(kernels, values, contextDimensions, context, entries, 0);
    for (int tile = 0; tile < tiles.count(); tile++) {
      int at = tile * entries * width;
      kernels.transpose(
          context,
          at,
          contextDimensions,
          width,
          contextTransposed,
          tile * width * layout.contextColumns(),
          layout.contextColumns());
      for (int index = 0; index < count; index++) {
        FieldOperands.Gated<A> of = operands.hidden(index);
        int rows = layers.get(index).rows();
        int to = tile * layers.get(index).size();
        kernels.product(
            of.gateContext(), rows, entries, context, at, width, gateBases.get(index), to);
        kernels.product(
            of.biasContext(), rows, entries, context, at, width, biasBases.get(index), to);
      }
      int rows = dimensionRows();
      kernels.product(
          operands.output().biasContext(),
          rows,
          entries,
          context,
          at,
          width,
          outputBiasBase,
          tile * rows * width);
    }
  }

  private int dimensionRows() {
    return SumsLayout.rounded(dimensions, Kernels.PANEL);
  }

  /** Gates and biases at a time: where there is no context, of every record alike. */
  private void open(int tile, double s) {
    for (int index = 0; index < count; index++) {
      Layer<A> layer = layers.get(index);
      FieldOperands.Gated<A> of = operands.hidden(index);
      int rows = layer.rows();
      if (conditional) {
        int at = tile * layer.size();
        kernels.gates(gateBases.get(index), at, of.gateTime(), s, rows, width, layer.gate());
        kernels.shift(biasBases.get(index), at, of.biasTime(), s, rows, width, layer.bias());
      } else if (tile == 0) {
        kernels.gates(of.gateConstant(), 0, of.gateTime(), s, rows, 1, layer.gate());
        kernels.shift(of.biasConstant(), 0, of.biasTime(), s, rows, 1, layer.bias());
      }
    }
    FieldOperands.Biased<A> output = operands.output();
    int rows = dimensionRows();
    if (conditional) {
      int at = tile * rows * width;
      kernels.shift(outputBiasBase, at, output.biasTime(), s, rows, width, outputBias);
    } else if (tile == 0) {
      kernels.shift(output.biasConstant(), 0, output.biasTime(), s, rows, 1, outputBias);
    }
  }

  /** The layers at a position, and f in the components that each record has. */
  private void network(int tile, double s, A state, int at, A slope) {
    open(tile, s);
    for (int index = 0; index < count; index++) {
      Layer<A> layer = layers.get(index);
      A forward = operands.hidden(index).forward();
      if (index == 0) {
        kernels.product(forward, layer.rows(), dimensions, state, at, width, layer.linear(), 0);
      } else {
        multiply(forward, layer.rows(), index - 1, before(index).hidden(), layer.linear());
      }
      kernels.activate(layer, softplus, conditional, valid, tile * width);
    }
    multiply(operands.output().forward(), dimensionRows(), count - 1, last().hidden(), narrow);
    kernels.output(
        narrow,
        outputBias,
        0,
        conditional,
        present,
        tile * dimensions * width,
        dimensions,
        width,
        slope,
        at);
  }

  private Layer<A> before(int index) {
    return layers.get(index - 1);
  }

  private Layer<A> last() {
    return layers.get(count - 1);
  }

  /** Of a matrix with as many columns as a layer has units. */
  private void multiply(A panels, int rows, int layer, A x, A out) {
    kernels.product(panels, rows, shape.hiddenUnits().get(layer), x, 0, width, out, 0);
  }

  /** Of a matrix with d columns. */
  private void multiplyNarrow(A panels, int rows, A x, A out) {
    kernels.product(panels, rows, dimensions, x, 0, width, out, 0);
  }

  /** The cotangents of u that the divergence has: -T u2 and -T' u1, or -t. */
  private void pullTrace(int tile, boolean bothLayers) {
    Layer<A> first = layers.get(0);
    if (count == 1) {
      kernels.product(
          operands.minusTrace(), first.rows(), 1, valid, tile * width, width, first.pulled(), 0);
      return;
    }
    Layer<A> second = layers.get(1);
    multiply(operands.minusTrace(), first.rows(), 1, second.sensitivity(), first.pulled());
    if (bothLayers) {
      multiply(operands.minusTraceBack(), second.rows(), 0, first.sensitivity(), second.pulled());
    }
  }

  private void aim(int tile, Direction of) {
    int at = tile * dimensions * width;
    int size = dimensions * width;
    if (of.isRandom()) {
      kernels.copy(masked.get(of.probe()), at, direction, 0, size);
      return;
    }
    kernels.fill(direction, 0, size, 0);
    int row = of.component() * width;
    if (of.absent()) {
      kernels.combine(1, valid, tile * width, -1, present, at + row, direction, row, width);
    } else {
      kernels.copy(present, at + row, direction, row, width);
    }
  }

  /** (df/dz) e of the direction. */
  private void pushTangents() {
    for (int index = 0; index < count; index++) {
      Layer<A> layer = layers.get(index);
      A forward = operands.hidden(index).forward();
      if (index == 0) {
        multiplyNarrow(forward, layer.rows(), direction, layer.along());
      } else {
        multiply(forward, layer.rows(), index - 1, before(index).tangent(), layer.along());
      }
      kernels.multiply(layer.sensitivity(), 0, layer.along(), 0, layer.tangent(), 0, layer.size());
    }
    multiply(operands.output().forward(), dimensionRows(), count - 1, last().tangent(), product);
  }

  /** Pulls the cotangent of (df/dz) e back; those of u are added to. */
  private void pullTangents(Direction of) {
    double penalty = of.penalised() ? -2 * objective.jacobianPenalty() : 0;
    kernels.combine(
        penalty, product, 0, -of.traceFactor(), direction, 0, product, 0, dimensions * width);
    for (int index = count - 1; index >= 0; index--) {
      Layer<A> layer = layers.get(index);
      if (index == count - 1) {
        multiplyNarrow(operands.output().back(), layer.rows(), product, layer.cotangent());
      } else {
        multiply(
            operands.hidden(index + 1).back(),
            layer.rows(),
            index + 1,
            layers.get(index + 1).tangentPulled(),
            layer.cotangent());
      }
      kernels.pullTangent(layer);
    }
  }

  private void sumTangents(double weight, A sums) {
    sumNarrow(last(), last().tangent(), product, 0, weight, sums, layout.output());
    for (int index = 1; index < count; index++) {
      Layer<A> layer = layers.get(index);
      A tangent = before(index).tangent();
      sumSquare(layer, layer.tangentPulled(), tangent, weight, sums, index);
    }
    Layer<A> first = layers.get(0);
    sumNarrow(first, first.tangentPulled(), direction, 0, weight, sums, layout.weights(0));
  }

  /** sums += weight wide narrow', narrow of d rows. */
  private void sumNarrow(
      Layer<A> layer, A wide, A rows, int rowsAt, double weight, A sums, int at) {
    int columns = layout.dimensionColumns();
    kernels.transpose(rows, rowsAt, dimensions, width, transposedNarrow, 0, columns);
    kernels.outer(wide, layer.rows(), transposedNarrow, 0, columns, width, weight, sums, at);
  }

  /** sums += weight left right', of a hidden layer's weights; right is of the layer before. */
  private void sumSquare(Layer<A> layer, A left, A right, double weight, A sums, int index) {
    int columns = layout.columns(index);
    int units = shape.hiddenUnits().get(index - 1);
    kernels.transpose(right, 0, units, width, transposedWide, 0, columns);
    kernels.outer(
        left, layer.rows(), transposedWide, 0, columns, width, weight, sums, layout.weights(index));
  }

  private void sumTrace(double weight, A sums) {
    Layer<A> first = layers.get(0);
    if (count == 1) {
      kernels.rowSums(
          first.sensitivity(),
          first.rows(),
          width,
          -weight,
          0,
          sums,
          layout.trace(),
          layout.unused());
      return;
    }
    int units = shape.hiddenUnits().get(1);
    int columns = SumsLayout.rounded(units, kernels.lanes());
    kernels.transpose(layers.get(1).sensitivity(), 0, units, width, transposedWide, 0, columns);
    kernels.outer(
        first.sensitivity(),
        first.rows(),
        transposedWide,
        0,
        columns,
        width,
        -weight,
        sums,
        layout.trace());
  }

  private void sumContext(int tile, A left, int rows, double weight, A sums, int at) {
    if (conditional) {
      int columns = layout.contextColumns();
      kernels.outer(
          left, rows, contextTransposed, tile * width * columns, columns, width, weight, sums, at);
    }
  }

  private final class Forward implements TiledSystem<A> {

    @Override
    public int columns() {
      return dimensions + COSTS;
    }

    /** The running costs steer training, but need no error control of their own. */
    @Override
    public int[] errorGroups() {
      return new int[] {dimensions, dimensions + 1};
    }

    @Override
    public int sumsLength() {
      return 0;
    }

    @Override
    public void evaluate(double s, A state, A slope, double weight, A sums) {
      for (int tile = 0; tile < tiles.count(); tile++) {
        evaluate(tile, s, state, slope);
      }
    }

    private void evaluate(int tile, double s, A state, A slope) {
      int at = tile * columns() * width;
      int divergence = at + dimensions * width;
      int energy = divergence + width;
      int norm = energy + width;
      network(tile, s, state, at, slope);
      kernels.fill(slope, divergence, COSTS * width, 0);
      if (directions.closedTrace()) {
        pullTrace(tile, false);
        Layer<A> first = layers.get(0);
        kernels.contract(
            first.sensitivity(), 0, first.pulled(), 0, first.rows(), width, -1, slope, divergence);
      }
      for (Direction of : directions.list()) {
        aim(tile, of);
        pushTangents();
        if (of.traceFactor() != 0) {
          kernels.contract(
              direction, 0, product, 0, dimensions, width, of.traceFactor(), slope, divergence);
        }
        if (of.penalised()) {
          kernels.contract(product, 0, product, 0, dimensions, width, -1, slope, norm);
        }
      }
      if (objective.kineticPenalty() > 0) {
        kernels.contract(slope, at, slope, at, dimensions, width, -1, slope, energy);
      }
    }
  }

  private final class Adjoint implements TiledSystem<A> {

    @Override
    public int columns() {
      return 2 * dimensions;
    }

    @Override
    public int[] errorGroups() {
      return new int[] {dimensions, 2 * dimensions};
    }

    /** The parameters' gradient is left out of the error (Kidger et al. 2021, arXiv 2009.09457). */
    @Override
    public int sumsLength() {
      return layout.length();
    }

    @Override
    public void evaluate(double s, A state, A slope, double weight, A sums) {
      for (int tile = 0; tile < tiles.count(); tile++) {
        evaluate(tile, s, state, slope, weight, sums);
      }
    }

    private void evaluate(int tile, double s, A state, A slope, double weight, A sums) {
      int size = dimensions * width;
      int at = tile * columns() * width;
      network(tile, s, state, at, slope);
      double charge = -2 * objective.kineticPenalty();
      kernels.combine(1, state, at + size, charge, slope, at, cotangent, 0, size);
      if (directions.closedTrace()) {
        pullTrace(tile, true);
      } else {
        for (Layer<A> layer : layers) {
          kernels.fill(layer.pulled(), 0, layer.size(), 0);
        }
      }
      for (Direction of : directions.list()) {
        aim(tile, of);
        pushTangents();
        pullTangents(of);
        if (weight != 0) {
          sumTangents(weight, sums);
        }
      }
      for (int index = count - 1; index >= 0; index--) {
        pullBack(tile, s, weight, sums, index);
      }
      multiply(operands.hidden(0).back(), dimensionRows(), 0, layers.get(0).pulled(), narrow);
      // What pulls at a component that stays at 0 must not shorten the steps.
      kernels.multiply(narrow, 0, present, tile * size, slope, at + size, size);
      if (weight != 0) {
        sum(tile, s, state, at, weight, sums);
      }
    }

    private void pullBack(int tile, double s, double weight, A sums, int index) {
      Layer<A> layer = layers.get(index);
      if (index == count - 1) {
        multiplyNarrow(operands.output().back(), layer.rows(), cotangent, layer.cotangent());
      } else {
        multiply(
            operands.hidden(index + 1).back(),
            layer.rows(),
            index + 1,
            layers.get(index + 1).pulled(),
            layer.cotangent());
      }
      kernels.pullBack(layer, softplus, conditional);
      if (weight != 0) {
        kernels.rowSums(
            layer.ofGate(),
            layer.rows(),
            width,
            weight,
            s,
            sums,
            layout.part(index, Part.GATE_CONSTANT),
            layout.part(index, Part.GATE_TIME));
        kernels.rowSums(
            layer.cotangent(),
            layer.rows(),
            width,
            weight,
            s,
            sums,
            layout.part(index, Part.BIAS_CONSTANT),
            layout.part(index, Part.BIAS_TIME));
        sumContext(tile, layer.ofGate(), layer.rows(), weight, sums, layout.gateContext(index));
        sumContext(tile, layer.cotangent(), layer.rows(), weight, sums, layout.biasContext(index));
      }
    }

    private void sum(int tile, double s, A state, int at, double weight, A sums) {
      sumNarrow(last(), last().hidden(), cotangent, 0, weight, sums, layout.output());
      for (int index = 1; index < count; index++) {
        sumSquare(
            layers.get(index),
            layers.get(index).pulled(),
            before(index).hidden(),
            weight,
            sums,
            index);
      }
      Layer<A> first = layers.get(0);
      sumNarrow(first, first.pulled(), state, at, weight, sums, layout.weights(0));
      if (directions.closedTrace()) {
        sumTrace(weight, sums);
      }
      kernels.rowSums(
          cotangent,
          dimensions,
          width,
          weight,
          s,
          sums,
          layout.outputBiasConstant(),
          layout.outputBiasTime());
      sumContext(tile, cotangent, dimensionRows(), weight, sums, layout.outputContext());
    }
  }
}
