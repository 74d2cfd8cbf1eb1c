package io.lowtide.cli.logging;

/** Faults in one line. */
public final class FaultText {

  private static final int DEEPEST_CAUSE = 16;

  private FaultText() {}

  /** What failed, and the first cause of it. */
  public static String oneLine(Throwable fault) {
    Throwable cause = fault;
    for (int depth = 0; cause.getCause() != null && depth < DEEPEST_CAUSE; depth++) {
      cause = cause.getCause();
    }
    String first = firstLine(fault);
    String root = firstLine(cause);
    // A fault that wraps another without words of its own repeats it.
    return cause == fault || first.contains(root) ? first : first + " Cause: " + root;
  }

  private static String firstLine(Throwable fault) {
    return fault.toString().lines().findFirst().orElse("");
  }
}
