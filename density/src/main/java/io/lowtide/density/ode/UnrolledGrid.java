package io.lowtide.density.ode;

import io.lowtide.density.ode.SolverSettings.AdamsGrid;
import io.lowtide.density.ode.SolverSettings.CheckedGrid;
import io.lowtide.density.ode.SolverSettings.RungeKuttaGrid;
import java.util.Arrays;

/**
 * A whole solve on a fixed grid as one sum: the state at which the right-hand side is evaluated the
 * i-th time is y_0 + span * sum over j &lt; i of {@link #weight}(i, j) times its j-th value, and
 * the state at the end is y_0 + span * sum over j of {@link #endWeight}(j) times the j-th value.
 * Every explicit method with steps known in advance has this form, and in it a solve is
 * differentiated without regard to the method (discretise, then differentiate). Immutable.
 *
 * <p>An adaptive solve has no steps known in advance; what stands for it is a grid of Adams'
 * methods finer than those that training chooses.
 */
public final class UnrolledGrid {

  /** Most evaluations: weights are kept for each pair of them. */
  private static final int MOST_EVALUATIONS = 64;

  private static final int STEPS_FOR_ADAPTIVE = 24;

  private final double[] nodes;
  private final double[][] weights;
  private final double[] endWeights;

  private UnrolledGrid(double[] nodes, double[][] weights, double[] endWeights) {
    this.nodes = nodes;
    this.weights = weights;
    this.endWeights = endWeights;
  }

  /**
   * The grid of these settings; of a checked grid, the grid without the check. Where that takes
   * more than 64 evaluations, or the settings are adaptive, a grid of Adams' methods.
   */
  public static UnrolledGrid of(SolverSettings settings) {
    if (settings instanceof CheckedGrid checked) {
      return of(
          checked.gridMethod() == GridMethod.ADAMS
              ? SolverSettings.adamsGrid(checked.steps())
              : SolverSettings.fixedGrid(checked.fallback().method(), checked.steps()));
    }
    if (settings instanceof AdamsGrid grid) {
      return adams(Math.min(grid.steps(), MOST_EVALUATIONS - 1));
    }
    if (settings instanceof RungeKuttaGrid grid) {
      int stages = stages(grid.method());
      return grid.steps() <= MOST_EVALUATIONS / stages
          ? rungeKutta(grid.method(), stages, grid.steps())
          : adams(MOST_EVALUATIONS - 1);
    }
    return adams(STEPS_FOR_ADAPTIVE);
  }

  private static UnrolledGrid adams(int steps) {
    AdamsWeights adams = new AdamsWeights(steps);
    double[] nodes = new double[steps + 1];
    double[][] weights = new double[steps + 1][];
    weights[0] = new double[0];
    double[] state = new double[steps + 1];
    for (int step = 0; step < steps; step++) {
      nodes[step + 1] = adams.node(step + 1);
      double[] predicted = Arrays.copyOf(state, step + 1);
      double[] predictor = adams.predictor(step);
      for (int back = 0; back < predictor.length; back++) {
        predicted[step - back] += predictor[back];
      }
      weights[step + 1] = predicted;
      double[] corrector = adams.corrector(step);
      for (int back = 0; back < predictor.length; back++) {
        state[step - back] += corrector[back];
      }
      state[step + 1] += corrector[predictor.length];
    }
    return new UnrolledGrid(nodes, weights, state);
  }

  /** The last stage of an embedded pair serves its error estimate alone. */
  private static int stages(ButcherTableau method) {
    return method.estimatesError() ? method.stages() - 1 : method.stages();
  }

  private static UnrolledGrid rungeKutta(ButcherTableau method, int stages, int steps) {
    double step = 1.0 / steps;
    double[] nodes = new double[steps * stages];
    double[][] weights = new double[steps * stages][];
    double[] state = new double[steps * stages];
    for (int index = 0; index < steps; index++) {
      int first = index * stages;
      for (int stage = 0; stage < stages; stage++) {
        nodes[first + stage] = (index + method.nodes[stage]) * step;
        double[] before = Arrays.copyOf(state, first + stage);
        for (int earlier = 0; earlier < stage; earlier++) {
          before[first + earlier] += step * method.stageWeights[stage][earlier];
        }
        weights[first + stage] = before;
      }
      for (int stage = 0; stage < stages; stage++) {
        state[first + stage] = step * method.weights[stage];
      }
    }
    return new UnrolledGrid(nodes, weights, state);
  }

  /** Number of evaluations, at most 64. */
  public int evaluations() {
    return nodes.length;
  }

  /** Time of an evaluation as a share of the whole interval, from 0 at its start. */
  public double node(int evaluation) {
    return nodes[evaluation];
  }

  /** Weight of the value of an earlier evaluation in the state at which a later one is made. */
  public double weight(int evaluation, int earlier) {
    return weights[evaluation][earlier];
  }

  /** Weight of the value of an evaluation in the state at the end. */
  public double endWeight(int evaluation) {
    return endWeights[evaluation];
  }
}
