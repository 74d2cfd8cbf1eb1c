package io.lowtide.density.ode;

import java.util.Arrays;

/**
 * Coefficients of an explicit Runge-Kutta method (Hairer, Norsett, Wanner, Solving Ordinary
 * Differential Equations I, 2nd ed. 1993, section II.1).
 */
public enum ButcherTableau {
  /** Dormand and Prince 1980, order 5 with an embedded solution of order 4; II.5, table 5.2. */
  DORMAND_PRINCE(
      "dopri5",
      5,
      new double[] {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1},
      new double[][] {
        {},
        {1.0 / 5},
        {3.0 / 40, 9.0 / 40},
        {44.0 / 45, -56.0 / 15, 32.0 / 9},
        {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
        {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
        {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}
      },
      new double[] {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0},
      new double[] {
        71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40
      }),

  /**
   * Tsitouras 2011 (Computers and Mathematics with Applications 62, 770-775), order 5 with an
   * embedded solution of order 4, from fewer simplifying assumptions than Dormand and Prince.
   */
  TSITOURAS(
      "tsit5",
      5,
      new double[] {0, 0.161, 0.327, 0.9, 0.9800255409045097, 1, 1},
      new double[][] {
        {},
        {0.161},
        {-0.008480655492356989, 0.335480655492357},
        {2.8971530571054935, -6.359448489975075, 4.3622954328695815},
        {5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525},
        {
          5.86145544294642,
          -12.92096931784711,
          8.159367898576159,
          -0.071584973281401,
          -0.028269050394068383
        },
        {
          0.09646076681806523,
          0.01,
          0.4798896504144996,
          1.379008574103742,
          -3.290069515436081,
          2.324710524099774
        }
      },
      new double[] {
        0.09646076681806523,
        0.01,
        0.4798896504144996,
        1.379008574103742,
        -3.290069515436081,
        2.324710524099774,
        0
      },
      new double[] {
        -0.00178001105222577714,
        -0.0008164344596567469,
        0.007880878010261995,
        -0.1447110071732629,
        0.5823571654525552,
        -0.45808210592918697,
        0.015151515151515152
      }),

  /** The classical Runge-Kutta method, order 4; II.1, table 1.2. */
  RUNGE_KUTTA_4(
      "rk4",
      4,
      new double[] {0, 0.5, 0.5, 1},
      new double[][] {{}, {0.5}, {0, 0.5}, {0, 0, 1}},
      new double[] {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6},
      null),

  /** Explicit Euler, order 1. */
  EULER("euler", 1, new double[] {0}, new double[][] {{}}, new double[] {1}, null);

  private final String label;
  private final int order;
  final double[] nodes;
  final double[][] stageWeights;
  final double[] weights;

  /** Weights of the solution minus those of the embedded one; null without an embedded one. */
  final double[] errorWeights;

  ButcherTableau(
      String label,
      int order,
      double[] nodes,
      double[][] stageWeights,
      double[] weights,
      double[] errorWeights) {
    this.label = label;
    this.order = order;
    this.nodes = nodes;
    this.stageWeights = stageWeights;
    this.weights = weights;
    this.errorWeights = errorWeights;
  }

  /** Name in a model bundle: {@code dopri5}, {@code tsit5}, {@code rk4} or {@code euler}. */
  public String label() {
    return label;
  }

  /** Order of convergence. */
  public int order() {
    return order;
  }

  /** Number of stages. */
  public int stages() {
    return nodes.length;
  }

  /** Times of the stages as shares of the step, one for each. */
  public double[] nodes() {
    return nodes.clone();
  }

  /** Weights of the earlier stages in each stage. */
  public double[][] stageWeights() {
    return Arrays.stream(stageWeights).map(double[]::clone).toArray(double[][]::new);
  }

  /** Weights of the stages in the solution. */
  public double[] weights() {
    return weights.clone();
  }

  /** Weights of the solution minus those of the embedded one; empty without an embedded one. */
  public double[] errorWeights() {
    return errorWeights == null ? new double[0] : errorWeights.clone();
  }

  /**
   * Whether the derivative in this stage counts in the solution, in its error or as the first of
   * the next step, and not in later stages alone: otherwise integrands need not be known there.
   */
  boolean weighsIntegrand(int stage) {
    return weights[stage] != 0
        || estimatesError() && (errorWeights[stage] != 0 || stage == stages() - 1);
  }

  /** Whether the method has an embedded solution, and so can choose its own steps. */
  public boolean estimatesError() {
    return errorWeights != null;
  }

  /**
   * The method of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ButcherTableau of(String label) {
    for (ButcherTableau tableau : values()) {
      if (tableau.label.equals(label)) {
        return tableau;
      }
    }
    throw new IllegalArgumentException(
        "solver method: \"" + label + "\", expected dopri5, tsit5, rk4 or euler");
  }
}
