package io.lowtide.trainer.vector;

import io.lowtide.density.ode.AdamsWeights;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.trainer.engine.SolveException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Adams' predictor and corrector on a fixed grid ({@link AdamsWeights}): one evaluation a step, at
 * the point that was predicted, whose slope serves the next steps, too. What is summed has the
 * weights of the corrector. There is no error control: whoever sets the number of steps answers for
 * it.
 *
 * @param <A> array of numbers
 */
final class GridSolver<A> implements TiledSolver<A> {

  /** Slopes that are kept: those of the past, and the one at the point that was predicted. */
  private static final int SLOPES = AdamsWeights.HISTORY + 1;

  private final Kernels<A> kernels;
  private final Tiles tiles;
  private final TiledSystem<A> system;
  private final AdamsWeights grid;
  private final double[] nodeWeights;
  private final int size;
  private final A point;
  private final List<A> slopes = new ArrayList<>();
  private final double[] factors = new double[SLOPES];
  private final double[] values;

  /**
   * @param steps of the grid, at least 1
   */
  GridSolver(Kernels<A> kernels, Tiles tiles, TiledSystem<A> system, int steps) {
    this.kernels = kernels;
    this.tiles = tiles;
    this.system = system;
    this.grid = new AdamsWeights(steps);
    this.nodeWeights = grid.nodeWeights();
    this.size = tiles.size(system.columns());
    this.point = kernels.newArray(size);
    for (int place = 0; place < SLOPES; place++) {
      slopes.add(kernels.newArray(size));
    }
    this.values = new double[tiles.records() * system.columns()];
  }

  @Override
  public void integrate(double from, double to, A state, A sums) {
    double span = to - from;
    system.evaluate(from, state, slopes.get(0), span * nodeWeights[0], sums);
    for (int step = 0; step < grid.steps(); step++) {
      place(grid.predictor(step), step, step, span);
      kernels.addScaled(state, slopes, factors, point, size);
      system.evaluate(
          from + grid.node(step + 1) * span,
          point,
          slopes.get((step + 1) % SLOPES),
          span * nodeWeights[step + 1],
          sums);
      place(grid.corrector(step), step, step + 1, span);
      kernels.addScaled(state, slopes, factors, state, size);
    }
    tiles.get(kernels, state, system.columns(), values);
    for (double value : values) {
      if (!Double.isFinite(value)) {
        throw new SolveException(SolveStatus.NOT_FINITE, evaluations(), to);
      }
    }
  }

  /** Slopes lie in turn, so that none is ever moved; those not used weigh nothing. */
  private void place(double[] weights, int step, int latest, double span) {
    Arrays.fill(factors, 0);
    for (int back = 0; back < weights.length; back++) {
      // A corrector's weights are those of the past, the latest first, and then of the new slope.
      boolean predicted = latest > step && back == weights.length - 1;
      factors[(predicted ? latest : step - back) % SLOPES] = span * weights[back];
    }
  }

  @Override
  public int evaluations() {
    return grid.steps() + 1;
  }
}
