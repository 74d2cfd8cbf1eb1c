package io.lowtide.trainer.engine;

/**
 * The norm that bounds the steps of an adaptive solve of a batch: of values in units of the
 * tolerances, of those columns of the state that count.
 */
public final class StepNorm {

  private final SolverOptions options;
  private final int records;
  private final int[] errorGroups;
  private final int size;
  private final double[] squares;

  /**
   * @param options tolerances and norm
   * @param records of the batch
   * @param errorGroups ends of the groups of columns, as {@link ErrorNorm} has them; columns behind
   *     the last one do not count
   */
  public StepNorm(SolverOptions options, int records, int[] errorGroups) {
    this.options = options;
    this.records = records;
    this.errorGroups = errorGroups.clone();
    this.size = records * errorGroups[errorGroups.length - 1];
    this.squares = new double[size];
  }

  /** How many values count: the first ones of a column-major state. */
  public int size() {
    return size;
  }

  /**
   * Of any values at a state.
   *
   * @param values column-major, {@link #size} of them
   * @param state that the relative tolerance is of
   */
  public double of(double[] values, double[] state) {
    for (int i = 0; i < size; i++) {
      square(i, values[i], Math.abs(state[i]));
    }
    return norm();
  }

  /**
   * Of the error of a step; not a number where the step would be accepted and leads to a state that
   * is not finite.
   *
   * @param errors column-major, {@link #size} of them
   * @param before state that the step begins with
   * @param after state that it ends with, all columns
   */
  public double ofStep(double[] errors, double[] before, double[] after) {
    for (int i = 0; i < size; i++) {
      square(i, errors[i], Math.max(Math.abs(before[i]), Math.abs(after[i])));
    }
    double norm = norm();
    return norm <= 1 && !allFinite(after) ? Double.NaN : norm;
  }

  private void square(int i, double value, double scale) {
    double relative = value / (options.absoluteTolerance() + options.relativeTolerance() * scale);
    squares[i] = relative * relative;
  }

  private double norm() {
    return options.norm().of(squares, records, errorGroups);
  }

  /** Whether every value is a finite number. */
  public static boolean allFinite(double[] values) {
    for (double value : values) {
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
