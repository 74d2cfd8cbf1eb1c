package io.lowtide.stream.detection;

import io.lowtide.density.explanation.Explanation;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a thread may spend on explanations: a {@linkplain TimeShare share of its time}. What the
 * stream owes first is scores. Belongs to one thread.
 */
public final class ExplanationBudget {

  private final TimeShare time;

  /**
   * @param share of the time, between 0 and 1
   * @param clock nanoseconds from any beginning
   */
  public ExplanationBudget(double share, LongSupplier clock) {
    this.time = new TimeShare(share, clock);
  }

  /**
   * Explains in full as long as anything is left of the budget: one explanation may go beyond it,
   * and those after it are brief until the budget is made up for.
   *
   * @param full takes the time that is accounted for
   * @param brief takes little
   */
  public Explanation explain(Supplier<Explanation> full, Supplier<Explanation> brief) {
    return time.spend(full, brief);
  }
}
