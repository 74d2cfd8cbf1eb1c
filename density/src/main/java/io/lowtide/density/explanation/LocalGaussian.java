package io.lowtide.density.explanation;

import io.lowtide.density.flow.FlowDerivatives;
import java.util.Arrays;

/**
 * The Gaussian that the density of a flow looks like near one point, as a function of a
 * displacement from there. It knows which few components, put right, explain most of what makes a
 * point improbable, and where each component is expected given the others. Belongs to one thread.
 */
final class LocalGaussian {

  private final int dimensions;
  private final double[] jacobian;
  private final double[] columns;
  private final double[] residual;
  private final double[][] precision;
  private final double[] slope;
  private final double[][] swept;
  private final double[] sweptSlope;
  private final boolean[] chosen;
  private final double[] right;

  LocalGaussian(int dimensions) {
    this.dimensions = dimensions;
    this.jacobian = new double[dimensions * dimensions];
    this.columns = new double[dimensions * dimensions];
    this.residual = new double[dimensions];
    this.precision = new double[dimensions][dimensions];
    this.slope = new double[dimensions];
    this.swept = new double[dimensions][dimensions];
    this.sweptSlope = new double[dimensions];
    this.chosen = new boolean[dimensions];
    this.right = new double[dimensions];
  }

  /** Takes the place of what the flow looks like at the point that it remembers. */
  void linearise(FlowDerivatives flow) {
    flow.jacobian(jacobian);
    System.arraycopy(jacobian, 0, columns, 0, columns.length);
    flow.standardise(columns, residual);
    updatePrecision();
    updateSlope();
  }

  /**
   * Takes the place of the kernel that is most probable where some components may move, as it looks
   * by the Jacobian of the last {@link #linearise}, which is to have been near the point that the
   * flow remembers now.
   *
   * @param flow one with kernels
   * @param free which components
   */
  void chooseKernel(FlowDerivatives flow, boolean[] free) {
    System.arraycopy(jacobian, 0, columns, 0, columns.length);
    flow.chooseKernel(columns, free);
    updatePrecision();
    lookFromKernel(flow);
  }

  /** Moves the origin of displacements from that kernel to the point that the flow remembers. */
  void lookFromKernel(FlowDerivatives flow) {
    flow.lookFromKernel(residual);
    updateSlope();
  }

  private void updatePrecision() {
    for (int i = 0; i < dimensions; i++) {
      for (int j = 0; j <= i; j++) {
        precision[i][j] = dotOfColumns(i, j);
        precision[j][i] = precision[i][j];
      }
    }
  }

  private double dotOfColumns(int i, int j) {
    double sum = 0;
    for (int k = 0; k < dimensions; k++) {
      sum += columns[i * dimensions + k] * columns[j * dimensions + k];
    }
    return sum;
  }

  private void updateSlope() {
    for (int i = 0; i < dimensions; i++) {
      double sum = 0;
      for (int k = 0; k < dimensions; k++) {
        sum += columns[i * dimensions + k] * residual[k];
      }
      slope[i] = sum;
    }
  }

  /**
   * Moves the origin of displacements.
   *
   * @param from where it was
   * @param to where it will be
   */
  void move(double[] from, double[] to) {
    for (int i = 0; i < dimensions; i++) {
      double by = to[i] - from[i];
      for (int k = 0; by != 0 && k < dimensions; k++) {
        residual[k] += by * columns[i * dimensions + k];
      }
    }
    updateSlope();
  }

  /** Twice the log-density at the origin below that at the best displacement of all. */
  double energy() {
    double sum = 0;
    for (double component : residual) {
      sum += component * component;
    }
    return sum;
  }

  /**
   * The displacement of the fewest components that explains most: another component is displaced
   * only where that gains more than {@code price} nats (by Akaike 1974, IEEE Transactions on
   * Automatic Control 19, 716-723, one for each parameter; more where it is the best of many) or
   * where {@code wanted} is not reached. The first two are the best pair of all, or the best single
   * one; those after them are added one at a time.
   *
   * @param price in nats, at least 0
   * @param wanted what the energy is to be at most
   * @param displacement receives d numbers, 0 for a component that stays
   */
  void sparseDisplacement(double price, double wanted, double[] displacement) {
    startSweeping();
    double left = energy() - chooseFirst(price, wanted);
    while (true) {
      int best = best();
      if (best < 0) {
        break;
      }
      double gain = gain(best);
      if (!(gain > 2 * price) && !(left > wanted && gain > 0)) {
        break;
      }
      sweep(best);
      left -= gain;
    }
    solve(displacement);
  }

  /**
   * The displacement of some components, and of as few others as it takes, one at a time.
   *
   * @param displaced those components
   * @param wanted what the energy is to be at most
   * @param displacement receives d numbers, 0 for a component that stays
   */
  void displacement(boolean[] displaced, double wanted, double[] displacement) {
    startSweeping();
    double left = energy();
    for (int i = 0; i < dimensions; i++) {
      if (displaced[i] && swept[i][i] > 0) {
        left -= gain(i);
        sweep(i);
      }
    }
    for (int best = best(); best >= 0 && left > wanted; best = best()) {
      left -= gain(best);
      sweep(best);
    }
    solve(displacement);
  }

  private void startSweeping() {
    Arrays.fill(chosen, false);
    for (int i = 0; i < dimensions; i++) {
      System.arraycopy(precision[i], 0, swept[i], 0, dimensions);
    }
    System.arraycopy(slope, 0, sweptSlope, 0, dimensions);
  }

  /** Returns what is gained. */
  private double chooseFirst(double price, double wanted) {
    int single = best();
    if (single < 0) {
      return 0;
    }
    double gainOfOne = gain(single);
    double gainOfTwo = gainOfOne;
    int first = single;
    int second = -1;
    for (int i = 0; i < dimensions; i++) {
      for (int j = 0; j < i; j++) {
        double gain = gain(i, j);
        if (gain > gainOfTwo) {
          gainOfTwo = gain;
          first = i;
          second = j;
        }
      }
    }
    boolean oneIsEnough = energy() - gainOfOne <= wanted && gainOfTwo - gainOfOne <= 2 * price;
    if (second < 0 || oneIsEnough) {
      sweep(single);
      return gainOfOne;
    }
    sweep(first);
    sweep(second);
    return gainOfTwo;
  }

  /**
   * The component whose displacement gains most, beside those chosen; -1 if none gains anything.
   */
  private int best() {
    int best = -1;
    for (int i = 0; i < dimensions; i++) {
      if (!chosen[i] && gain(i) > (best < 0 ? 0 : gain(best))) {
        best = i;
      }
    }
    return best;
  }

  /** By how much displacing one more component lowers the energy. */
  private double gain(int i) {
    double gain = sweptSlope[i] * sweptSlope[i] / swept[i][i];
    return swept[i][i] > 0 && Double.isFinite(gain) ? gain : 0;
  }

  private double gain(int i, int j) {
    double determinant = swept[i][i] * swept[j][j] - swept[i][j] * swept[i][j];
    double gain =
        (swept[j][j] * sweptSlope[i] * sweptSlope[i]
                - 2 * swept[i][j] * sweptSlope[i] * sweptSlope[j]
                + swept[i][i] * sweptSlope[j] * sweptSlope[j])
            / determinant;
    return determinant > 1e-9 * swept[i][i] * swept[j][j] && Double.isFinite(gain) ? gain : 0;
  }

  /** What is left of the others once a component is where it gains most (Gauss elimination). */
  private void sweep(int pivot) {
    chosen[pivot] = true;
    for (int i = 0; i < dimensions; i++) {
      if (chosen[i]) {
        continue;
      }
      double factor = swept[i][pivot] / swept[pivot][pivot];
      sweptSlope[i] -= factor * sweptSlope[pivot];
      for (int j = 0; j < dimensions; j++) {
        if (!chosen[j]) {
          swept[i][j] -= factor * swept[pivot][j];
        }
      }
    }
  }

  /** Of the components chosen, by Cholesky's method. */
  private void solve(double[] displacement) {
    Arrays.fill(displacement, 0);
    int[] components = new int[dimensions];
    int count = 0;
    for (int i = 0; i < dimensions; i++) {
      if (chosen[i]) {
        components[count++] = i;
      }
    }
    for (int i = 0; i < count; i++) {
      double sum = -slope[components[i]];
      for (int j = 0; j <= i; j++) {
        double entry = precision[components[i]][components[j]];
        for (int k = 0; k < j; k++) {
          entry -= swept[i][k] * swept[j][k];
        }
        swept[i][j] = i == j ? Math.sqrt(Math.max(entry, 1e-12)) : entry / swept[j][j];
        sum -= j < i ? swept[i][j] * right[j] : 0;
      }
      right[i] = sum / swept[i][i];
    }
    for (int i = count - 1; i >= 0; i--) {
      double sum = right[i];
      for (int k = i + 1; k < count; k++) {
        sum -= swept[k][i] * displacement[components[k]];
      }
      displacement[components[i]] = sum / swept[i][i];
    }
  }

  /**
   * What a displacement of some components to where they are most probable gains: of each the mean
   * slope on the way, which is half of that at the origin, times its part of the way.
   *
   * @param displacement as {@link #sparseDisplacement} gives it
   * @param gains receives d numbers, in nats
   * @return their sum
   */
  double gains(double[] displacement, double[] gains) {
    double sum = 0;
    for (int i = 0; i < dimensions; i++) {
      gains[i] = displacement[i] == 0 ? 0 : -0.5 * slope[i] * displacement[i];
      sum += gains[i];
    }
    return sum;
  }

  /** Displacement at which a component is most probable, the others at the origin. */
  double expected(int component) {
    return -slope[component] / precision[component][component];
  }

  /** Standard deviation of a component around that, given the others. */
  double deviation(int component) {
    return 1 / Math.sqrt(precision[component][component]);
  }
}
