package io.lowtide.stream.detection;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A share of a thread's time for something that the stream can do without. It is saved up for a
 * quarter of a second while there is nothing to spend it on. Belongs to one thread.
 */
public final class TimeShare {

  /** Time whose share is saved up at most, and at hand at the start: 0.25 s. */
  private static final long LONGEST_SAVED = 250_000_000L;

  private final double share;
  private final LongSupplier clock;
  private double balance;
  private long asOf;

  /**
   * @param share of the time, between 0 and 1
   * @param clock nanoseconds from any beginning
   */
  public TimeShare(double share, LongSupplier clock) {
    this.share = share;
    this.clock = clock;
    this.balance = share * LONGEST_SAVED;
    this.asOf = clock.getAsLong();
  }

  /**
   * Does the one as long as anything is left of the share: it may go beyond it once, and then comes
   * the other until that is made up for.
   *
   * @param costly takes the time that is accounted for
   * @param otherwise takes little
   */
  public <T> T spend(Supplier<T> costly, Supplier<T> otherwise) {
    long start = clock.getAsLong();
    balance = Math.min(share * LONGEST_SAVED, balance + share * (start - asOf));
    asOf = start;
    if (!(balance > 0)) {
      return otherwise.get();
    }
    try {
      return costly.get();
    } finally {
      // With a share of all of the time nothing is ever spent.
      balance -= share < 1 ? clock.getAsLong() - start : 0;
    }
  }
}
