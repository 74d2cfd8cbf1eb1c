package io.lowtide.trainer.nd4j;

import io.lowtide.density.ode.AdamsWeights;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.trainer.engine.SolveException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Adams' predictor and corrector for a batch on a fixed grid ({@link AdamsWeights}): one evaluation
 * a step, at the point that was predicted, whose slope serves the next steps, too. The integrand is
 * summed with the weights of the corrector. There is no error control: whoever sets the number of
 * steps answers for it.
 *
 * <p>Not to be used by two threads at once.
 */
final class BatchGridSolver implements BatchSolver {

  /** Slopes that are kept: those of the past, and the one at the point that was predicted. */
  private static final int SLOPES = AdamsWeights.HISTORY + 1;

  private final BatchSystem system;
  private final int size;
  private final AdamsWeights grid;
  private final TensorBuffer state;
  private final TensorBuffer slopes;
  private final double[] values;
  private final double[] integrand;
  private final double[] integrandWeights;
  private final TensorOp clearSlopes;
  private final TensorOp stateToPoint;
  private final TensorOp[] derivativeToSlope = new TensorOp[SLOPES];
  private final MatrixProduct[] predict;
  private final MatrixProduct[] correct;

  /**
   * @param system what is integrated; the solver belongs to it
   * @param steps of the grid, at least 1
   * @param type element type of the system's buffers
   */
  BatchGridSolver(BatchSystem system, int steps, DataType type) {
    this.system = system;
    this.size = system.records() * system.columns();
    this.grid = new AdamsWeights(steps);
    this.state = new TensorBuffer(type, size);
    this.slopes = new TensorBuffer(type, size * SLOPES);
    this.values = new double[size];
    this.integrand = new double[system.integrandSize()];
    this.integrandWeights = grid.nodeWeights();
    this.clearSlopes = TensorOps.fill(0, slopes.vector());
    INDArray point = system.point().vector(0, size);
    INDArray derivative = system.derivative().vector(0, size);
    this.stateToPoint = TensorOps.copy(state.vector(), point);
    for (int place = 0; place < SLOPES; place++) {
      derivativeToSlope[place] = TensorOps.copy(derivative, slopes.vector(place * size, size));
    }
    INDArray all = slopes.matrix(0, size, SLOPES);
    this.predict = new MatrixProduct[steps];
    this.correct = new MatrixProduct[steps];
    for (int step = 0; step < steps; step++) {
      predict[step] = addSlopes(all, step, grid.predictor(step), step, point, type);
      correct[step] = addSlopes(all, step, grid.corrector(step), step + 1, state.vector(), type);
    }
  }

  /** Slopes lie in turn in one matrix, so that none is ever moved; those not used weigh nothing. */
  private static MatrixProduct addSlopes(
      INDArray slopes, int step, double[] weights, int latest, INDArray out, DataType type) {
    double[] places = new double[SLOPES];
    for (int back = 0; back < weights.length; back++) {
      // A corrector's weights are those of the past, the latest first, and then of the new slope.
      boolean predicted = latest > step && back == weights.length - 1;
      places[(predicted ? latest : step - back) % SLOPES] = weights[back];
    }
    TensorBuffer constant = new TensorBuffer(type, SLOPES);
    constant.upload(places, SLOPES);
    return TensorOps.product(slopes, constant.vector(), out);
  }

  @Override
  public void integrate(double from, double to, double[] y, double[] integral) {
    double span = to - from;
    state.upload(y, size);
    clearSlopes.run();
    stateToPoint.run();
    evaluate(from, span, 0, integral);
    for (int step = 0; step < grid.steps(); step++) {
      stateToPoint.run();
      predict[step].run(span, 1);
      evaluate(from + grid.node(step + 1) * span, span, step + 1, integral);
      correct[step].run(span, 1);
    }
    state.download(values, size);
    for (double value : values) {
      if (!Double.isFinite(value)) {
        throw new SolveException(SolveStatus.NOT_FINITE, evaluations(), to);
      }
    }
    System.arraycopy(values, 0, y, 0, size);
  }

  private void evaluate(double time, double span, int node, double[] integral) {
    system.evaluate(time, integral == null ? null : integrand);
    derivativeToSlope[node % SLOPES].run();
    if (integral != null) {
      double weight = span * integrandWeights[node];
      for (int i = 0; i < integrand.length; i++) {
        integral[i] += weight * integrand[i];
      }
    }
  }

  @Override
  public int evaluations() {
    return grid.steps() + 1;
  }
}
