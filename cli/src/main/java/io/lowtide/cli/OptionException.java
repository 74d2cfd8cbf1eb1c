package io.lowtide.cli;

/** An option is not as expected; the message names it, its value, and what was expected. */
public final class OptionException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message the option, its value, what was expected
   */
  public OptionException(String message) {
    super(message);
  }

  /**
   * Refuses a number below one.
   *
   * @throws OptionException naming the option and its value
   */
  public static void requireAtLeastOne(String option, int value) {
    if (value < 1) {
      throw new OptionException(option + ": " + value + ", expected at least 1");
    }
  }
}
