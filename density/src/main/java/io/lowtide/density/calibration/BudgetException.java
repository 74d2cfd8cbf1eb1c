package io.lowtide.density.calibration;

/** A false-alarm budget cannot be kept; the message says what it would need. */
public final class BudgetException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  BudgetException(String message) {
    super(message);
  }
}
