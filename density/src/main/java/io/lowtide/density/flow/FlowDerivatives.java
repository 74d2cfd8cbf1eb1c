package io.lowtide.density.flow;

import io.lowtide.density.field.FieldTape;
import io.lowtide.density.ode.UnrolledGrid;
import java.util.Arrays;
import java.util.Optional;

/**
 * The log-density of a flow on a grid of fixed steps, with its derivatives: those of the grid
 * itself, not of what the grid approximates (discretise, then differentiate), so that they agree
 * with differences of the log-density to rounding. A gradient takes one solve backwards, in the
 * dimensions of one solve forwards. Belongs to one thread; allocates nothing after construction.
 */
public final class FlowDerivatives {

  /** Time of the data, and the way from there to the base distribution. */
  private static final double START = 1;

  private static final double SPAN = -1;

  private final UnrolledGrid grid;
  private final FieldTape tape;
  private final BaseEvaluator base;
  private final Optional<NearestKernel> kernel;
  private final int dimensions;
  private final double[][] slopes;
  private final double[][] slopesBarred;
  private final double[] state;
  private final double[] end;
  private final double[] pulled;
  private final double[][] tangentSlopes;
  private final double[] tangents;

  FlowDerivatives(Flow flow) {
    this.grid = UnrolledGrid.of(flow.solver());
    this.dimensions = flow.dimensions();
    int evaluations = grid.evaluations();
    double[] times = new double[evaluations];
    Arrays.setAll(times, evaluation -> START + SPAN * grid.node(evaluation));
    this.tape = flow.field().newTape(times);
    this.base = flow.base().newEvaluator();
    this.kernel =
        flow.base() instanceof StackedDensity stacked
            ? Optional.of(new NearestKernel(stacked.kernels()))
            : Optional.empty();
    this.slopes = new double[evaluations][dimensions];
    this.slopesBarred = new double[evaluations][dimensions];
    this.state = new double[dimensions];
    this.end = new double[dimensions];
    this.pulled = new double[dimensions];
    this.tangentSlopes = new double[evaluations][dimensions * dimensions];
    this.tangents = new double[dimensions * dimensions];
  }

  /** d, the length of a point. */
  public int dimensions() {
    return dimensions;
  }

  /** Evaluations of the vector field in one solve. */
  public int evaluations() {
    return grid.evaluations();
  }

  /**
   * Sets the context of what follows; not needed for an unconditional flow.
   *
   * @param context c, k numbers
   */
  public void setContext(double[] context) {
    tape.setContext(context);
  }

  /**
   * Log-density of a point, which is remembered.
   *
   * @param x d numbers
   * @return in nats; not finite where the solve overflowed
   */
  public double logDensity(double[] x) {
    double change = follow(x);
    return base.logDensity(end) + change;
  }

  /**
   * Solves from a point, which is remembered: all that its derivatives take.
   *
   * @param x d numbers
   * @return the change of the log-density from the base to here, in nats
   */
  public double follow(double[] x) {
    double change = 0;
    System.arraycopy(x, 0, end, 0, dimensions);
    for (int evaluation = 0; evaluation < slopes.length; evaluation++) {
      System.arraycopy(x, 0, state, 0, dimensions);
      for (int earlier = 0; earlier < evaluation; earlier++) {
        add(SPAN * grid.weight(evaluation, earlier), slopes[earlier], state);
      }
      double trace = tape.evaluate(evaluation, state, slopes[evaluation]);
      double weight = SPAN * grid.endWeight(evaluation);
      change += weight * trace;
      add(weight, slopes[evaluation], end);
    }
    return change;
  }

  /** Where the flow takes the point remembered: copies z(0), d numbers. */
  public void copyBasePoint(double[] z) {
    System.arraycopy(end, 0, z, 0, dimensions);
  }

  /**
   * Gradient of the log-density by the point remembered.
   *
   * @param gradient receives d numbers
   */
  public void gradient(double[] gradient) {
    base.logDensityAndGradient(end, gradient);
    for (int evaluation = 0; evaluation < slopes.length; evaluation++) {
      double weight = SPAN * grid.endWeight(evaluation);
      for (int i = 0; i < dimensions; i++) {
        slopesBarred[evaluation][i] = weight * gradient[i];
      }
    }
    for (int evaluation = slopes.length - 1; evaluation >= 0; evaluation--) {
      double weight = SPAN * grid.endWeight(evaluation);
      tape.pullBack(evaluation, slopesBarred[evaluation], weight, pulled);
      add(1, pulled, gradient);
      for (int earlier = 0; earlier < evaluation; earlier++) {
        add(SPAN * grid.weight(evaluation, earlier), pulled, slopesBarred[earlier]);
      }
    }
  }

  /**
   * Jacobian dz(0)/dx at the point remembered.
   *
   * @param columns receives d columns, d numbers each: how z(0) changes with each component of x
   */
  public void jacobian(double[] columns) {
    identity(columns);
    for (int evaluation = 0; evaluation < slopes.length; evaluation++) {
      identity(tangents);
      for (int earlier = 0; earlier < evaluation; earlier++) {
        add(SPAN * grid.weight(evaluation, earlier), tangentSlopes[earlier], tangents);
      }
      tape.pushForward(evaluation, tangents, tangentSlopes[evaluation]);
      add(SPAN * grid.endWeight(evaluation), tangentSlopes[evaluation], columns);
    }
  }

  /**
   * What the log-density looks like near the point remembered: up to a constant it is -1/2
   * |residual + columns . displacement|^2, but for how the volume changes (Gauss and Newton's
   * approximation of the second derivatives) and, with a mixture as base, for its other Gaussians
   * and for kernels beside it.
   *
   * @param columns the Jacobian, which is replaced
   * @param residual receives d numbers
   */
  public void standardise(double[] columns, double[] residual) {
    base.standardise(end, residual, columns);
  }

  /** Whether the base has kernels. */
  public boolean hasKernels() {
    return kernel.isPresent();
  }

  /**
   * Chooses a kernel of the base to look at: near the point remembered it is, up to a constant and
   * to how the volume changes, the exponential of -1/2 |residual + columns . displacement|^2. The
   * one chosen is the most probable that is reached by a displacement of some components alone.
   *
   * @param columns a Jacobian, which is replaced
   * @param free which components those are
   * @throws java.util.NoSuchElementException if the base has no kernels
   */
  public void chooseKernel(double[] columns, boolean[] free) {
    kernel.orElseThrow().choose(end, columns, free);
  }

  /**
   * Where the point remembered is, seen from the kernel that was chosen.
   *
   * @param residual receives d numbers
   * @throws java.util.NoSuchElementException if the base has no kernels
   */
  public void lookFromKernel(double[] residual) {
    kernel.orElseThrow().standardise(end, residual);
  }

  private void identity(double[] columns) {
    Arrays.fill(columns, 0);
    for (int i = 0; i < dimensions; i++) {
      columns[i * dimensions + i] = 1;
    }
  }

  private static void add(double factor, double[] values, double[] sum) {
    if (factor == 0) {
      return;
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * values[i];
    }
  }
}
