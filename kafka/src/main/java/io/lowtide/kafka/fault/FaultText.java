package io.lowtide.kafka.fault;

/** Faults in few words. */
public final class FaultText {

  private static final int DEEPEST_CAUSE = 16;

  private FaultText() {}

  /** The first cause of a fault, which is the fault itself where it has none. */
  public static Throwable firstCause(Throwable fault) {
    Throwable cause = fault;
    for (int depth = 0; cause.getCause() != null && depth < DEEPEST_CAUSE; depth++) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** One line: what failed, and the first cause of it. */
  public static String oneLine(Throwable fault) {
    Throwable cause = firstCause(fault);
    String first = firstLine(fault.toString());
    String root = firstLine(cause.toString());
    // A fault that wraps another without words of its own repeats it.
    return cause == fault || first.contains(root) ? first : first + " Cause: " + root;
  }

  /** What the first cause says, after its class without the package. */
  public static String ofFirstCause(Throwable fault) {
    Throwable cause = firstCause(fault);
    String name = cause.getClass().getSimpleName();
    return cause.getMessage() == null ? name : name + ": " + firstLine(cause.getMessage());
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
