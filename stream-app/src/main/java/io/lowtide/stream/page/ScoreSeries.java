package io.lowtide.stream.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * Log-likelihoods over event time, thinned: of each span of time their number, how many were
 * flagged, the lowest, and deciles. The newest spans are kept. Belongs to one thread.
 */
final class ScoreSeries {

  /** Log-likelihoods of a span that its deciles are taken from. */
  private static final int SAMPLE = 32;

  private final long width;
  private final Span[] spans;
  private final BitSet changed = new BitSet();
  private final SplittableRandom random = new SplittableRandom(1);
  private long newest = Long.MIN_VALUE;

  private static final class Span {

    private long number = Long.MIN_VALUE;
    private long count;
    private long flagged;
    private double lowest;
    private final double[] sample = new double[SAMPLE];

    void begin(long newNumber) {
      number = newNumber;
      count = 0;
      flagged = 0;
      lowest = Double.POSITIVE_INFINITY;
    }
  }

  /**
   * @param width of a span, in milliseconds
   * @param size spans kept
   */
  ScoreSeries(long width, int size) {
    this.width = width;
    this.spans = new Span[size];
    Arrays.setAll(spans, unused -> new Span());
  }

  /** Width of a span, in milliseconds. */
  long width() {
    return width;
  }

  /**
   * Takes in a score.
   *
   * @param time event time, in milliseconds
   * @return whether its span is kept; the one of a score that comes too late is not any more
   */
  boolean add(long time, double logLikelihood, boolean flagged) {
    long number = Math.floorDiv(time, width);
    if (newest != Long.MIN_VALUE && number <= newest - spans.length) {
      return false;
    }
    newest = Math.max(newest, number);
    int index = Math.floorMod(number, spans.length);
    Span span = spans[index];
    if (span.number != number) {
      span.begin(number);
    }
    // Each of the span's log-likelihoods has the same chance to be in the sample.
    long place = span.count < SAMPLE ? span.count : random.nextLong(span.count + 1);
    if (place < SAMPLE) {
      span.sample[(int) place] = logLikelihood;
    }
    span.count++;
    span.flagged += flagged ? 1 : 0;
    span.lowest = Math.min(span.lowest, logLikelihood);
    changed.set(index);
    return true;
  }

  /** Adds the spans that changed since the last call. */
  void addChanges(ArrayNode to) {
    for (int i = changed.nextSetBit(0); i >= 0; i = changed.nextSetBit(i + 1)) {
      add(spans[i], to);
    }
    changed.clear();
  }

  /** Adds every span. */
  void addAll(ArrayNode to) {
    for (Span span : spans) {
      if (newest != Long.MIN_VALUE && span.number > newest - spans.length) {
        add(span, to);
      }
    }
  }

  /** As start, count, flagged, lowest, first decile, median, ninth decile. */
  private void add(Span span, ArrayNode to) {
    double[] sorted = Arrays.copyOf(span.sample, (int) Math.min(SAMPLE, span.count));
    Arrays.sort(sorted);
    to.addArray()
        .add(span.number * width)
        .add(span.count)
        .add(span.flagged)
        .add(span.lowest)
        .add(quantile(sorted, 0.1))
        .add(quantile(sorted, 0.5))
        .add(quantile(sorted, 0.9));
  }

  private static double quantile(double[] sorted, double fraction) {
    return sorted[(int) Math.round(fraction * (sorted.length - 1))];
  }
}
