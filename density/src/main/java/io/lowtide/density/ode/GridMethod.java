package io.lowtide.density.ode;

import java.util.Arrays;

/** How an ODE is integrated on a fixed grid. */
public enum GridMethod {
  /** A Runge-Kutta method on equal steps: an evaluation for each stage. */
  RUNGE_KUTTA("runge-kutta"),

  /**
   * Predictor and corrector of Adams, of order 3 and 4, one evaluation a step. Slopes of earlier
   * steps are used again, so that a grid of as many evaluations has steps several times as short,
   * which is what the few records need whose path bends quickly.
   */
  ADAMS("adams");

  private final String label;

  GridMethod(String label) {
    this.label = label;
  }

  /** Name in a model bundle: {@code runge-kutta} or {@code adams}. */
  public String label() {
    return label;
  }

  /**
   * The method of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static GridMethod of(String label) {
    return Arrays.stream(values())
        .filter(method -> method.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "grid method: \"" + label + "\", expected runge-kutta or adams"));
  }
}
