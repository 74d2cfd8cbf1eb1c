package io.lowtide.density.flow;

/** The mixture in plain Java, component by component: reference of the kernel on SIMD registers. */
final class ScalarMixtureKernel implements MixtureKernel {

  private final double[][] means;
  private final double[][] whitening;
  private final double[] logScale;

  ScalarMixtureKernel(double[][] means, double[][] whitening, double[] logScale) {
    this.means = means;
    this.whitening = whitening;
    this.logScale = logScale;
  }

  @Override
  public void copyWhitening(int component, double[] inverse) {
    System.arraycopy(whitening[component], 0, inverse, 0, whitening[component].length);
  }

  @Override
  public MixtureWorkspace newWorkspace() {
    return new Workspace(means, whitening, logScale);
  }

  private static final class Workspace extends MixtureWorkspace {

    /** Rows that are whitened side by side, since each is a chain of additions. */
    private static final int ROWS = 4;

    private final double[][] means;
    private final double[][] whitening;
    private final double[] logScale;
    private final double[] centred;
    private final double[][] whitened;

    Workspace(double[][] means, double[][] whitening, double[] logScale) {
      super(means.length, means.length, means[0].length);
      this.means = means;
      this.whitening = whitening;
      this.logScale = logScale;
      this.centred = new double[dimensions];
      this.whitened = new double[components][dimensions];
    }

    @Override
    double whiten(double[] z, double margin) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < components; k++) {
        double most = 2 * (logScale[k] - least(largest, margin));
        logDensities[k] = logScale[k] - 0.5 * whiten(k, z, most);
        largest = Math.max(largest, logDensities[k]);
      }
      return largest;
    }

    /**
     * L^-1 (z - mean), some rows at a time, and its squared length; infinity once that is more than
     * {@code most}. The first rows are the shortest, and most components are far from most points:
     * few rows show it.
     */
    private double whiten(int k, double[] z, double most) {
      double[] mean = means[k];
      double[] result = whitened[k];
      for (int i = 0; i < dimensions; i++) {
        centred[i] = z[i] - mean[i];
      }
      double squares = 0;
      for (int row = 0; row < dimensions; row += ROWS) {
        int end = Math.min(row + ROWS, dimensions);
        if (end - row == ROWS) {
          whitenRows(whitening[k], row, result);
        } else {
          whitenLastRows(whitening[k], row, result);
        }
        for (int i = row; i < end; i++) {
          squares += result[i] * result[i];
        }
        if (squares > most) {
          return Double.POSITIVE_INFINITY;
        }
      }
      return squares;
    }

    /** {@value #ROWS} rows from one on. */
    private void whitenRows(double[] inverse, int row, double[] result) {
      double first = 0;
      double second = 0;
      double third = 0;
      double fourth = 0;
      int at = row;
      for (int j = 0; j <= row; j++) {
        first += inverse[at] * centred[j];
        second += inverse[at + 1] * centred[j];
        third += inverse[at + 2] * centred[j];
        fourth += inverse[at + 3] * centred[j];
        at += dimensions - j - 1;
      }
      second += inverse[at + 1] * centred[row + 1];
      third += inverse[at + 2] * centred[row + 1];
      fourth += inverse[at + 3] * centred[row + 1];
      at += dimensions - row - 2;
      third += inverse[at + 2] * centred[row + 2];
      fourth += inverse[at + 3] * centred[row + 2];
      at += dimensions - row - 3;
      fourth += inverse[at + 3] * centred[row + 3];
      result[row] = first;
      result[row + 1] = second;
      result[row + 2] = third;
      result[row + 3] = fourth;
    }

    /** The rows from one on, fewer than {@value #ROWS}. */
    private void whitenLastRows(double[] inverse, int row, double[] result) {
      for (int i = row; i < dimensions; i++) {
        double sum = 0;
        int at = i;
        for (int j = 0; j <= i; j++) {
          sum += inverse[at] * centred[j];
          at += dimensions - j - 1;
        }
        result[i] = sum;
      }
    }

    @Override
    void copyWhitened(int component, double[] residual) {
      System.arraycopy(whitened[component], 0, residual, 0, dimensions);
    }

    @Override
    void exponentials(double largest) {
      for (int k = 0; k < components; k++) {
        double x = Math.max(logDensities[k] - largest, -NEGLIGIBLE);
        shifts[k] = Exponential.shifted(x);
        weights[k] = Exponential.reduced(x, shifts[k]);
      }
    }

    @Override
    void addSlopes() {
      for (int k = 0; k < components; k++) {
        if (weights[k] > 0) {
          addSlopes(k);
        }
      }
    }

    private void addSlopes(int k) {
      double[] inverse = whitening[k];
      double[] result = whitened[k];
      int begin = 0;
      for (int j = 0; j < dimensions; j++) {
        double sum = 0;
        for (int i = j; i < dimensions; i++) {
          sum += inverse[begin + i - j] * result[i];
        }
        slopes[j * PARTIAL_SUMS + k % PARTIAL_SUMS] += weights[k] * sum;
        begin += dimensions - j;
      }
    }
  }
}
