package io.lowtide.stream.config;

/**
 * When a model does not fit the records: when more than the limit of as many records as the window
 * holds cannot be read for its sake.
 *
 * @param window number of records, at least 1
 * @param limit share of them, above 0; at 1 every model fits
 */
public record FitSettings(int window, double limit) {

  /** Whether so many of a window are too many. */
  public boolean isExceededBy(int misfits) {
    return misfits > limit * window;
  }
}
