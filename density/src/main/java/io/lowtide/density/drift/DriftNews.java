package io.lowtide.density.drift;

/** What a record has changed about the drift of a stream. */
public sealed interface DriftNews {

  /**
   * There is drift.
   *
   * @param finding what shows it
   */
  record Raised(DriftFinding finding) implements DriftNews {}

  /**
   * There is none any more: several times as many records as it took to see it show none.
   *
   * @param finding what had shown it
   * @param records how many have come since it was seen last
   */
  record Over(DriftFinding finding, long records) implements DriftNews {}
}
