package io.lowtide.cli.alerts;

import java.io.PrintWriter;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Prints the messages that are wanted, up to a limit.
 *
 * @param <T> contract of the messages
 */
final class Printing<T> implements Predicate<T> {

  private final PrintWriter out;
  private final Predicate<T> filter;
  private final Function<T, String> text;
  private long left;

  Printing(PrintWriter out, long limit, Predicate<T> filter, Function<T, String> text) {
    this.out = out;
    this.left = limit;
    this.filter = filter;
    this.text = text;
  }

  /** Whether more may be printed. */
  boolean isWanted() {
    return left > 0;
  }

  @Override
  public boolean test(T message) {
    if (filter.test(message)) {
      out.println(text.apply(message));
      out.flush();
      left--;
    }
    return isWanted();
  }
}
