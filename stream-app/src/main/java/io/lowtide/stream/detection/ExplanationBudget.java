package io.lowtide.stream.detection;

import io.lowtide.density.explanation.Explanation;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a thread may spend on explanations: a share of its time, which it saves up for two seconds
 * while there is nothing to explain. What the stream owes first is scores. Belongs to one thread.
 */
public final class ExplanationBudget {

  /** Time whose share is saved up at most, and at hand at the start: 2 s. */
  private static final long LONGEST_SAVED = 2_000_000_000L;

  private final double share;
  private final LongSupplier clock;
  private double balance;
  private long asOf;

  /**
   * @param share of the time, between 0 and 1
   * @param clock nanoseconds from any beginning
   */
  public ExplanationBudget(double share, LongSupplier clock) {
    this.share = share;
    this.clock = clock;
    this.balance = share * LONGEST_SAVED;
    this.asOf = clock.getAsLong();
  }

  /**
   * Explains in full as long as anything is left of the budget: one explanation may go beyond it,
   * and those after it are brief until the budget is made up for.
   *
   * @param full takes the time that is accounted for
   * @param brief takes little
   */
  public Explanation explain(Supplier<Explanation> full, Supplier<Explanation> brief) {
    long start = clock.getAsLong();
    balance = Math.min(share * LONGEST_SAVED, balance + share * (start - asOf));
    asOf = start;
    if (!(balance > 0)) {
      return brief.get();
    }
    Explanation explanation = full.get();
    // With a share of all of the time nothing is ever spent.
    balance -= share < 1 ? clock.getAsLong() - start : 0;
    return explanation;
  }
}
