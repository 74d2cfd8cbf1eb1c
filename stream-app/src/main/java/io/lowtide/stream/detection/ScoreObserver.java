package io.lowtide.stream.detection;

/** Is told what scores cost. */
@FunctionalInterface
public interface ScoreObserver {

  /**
   * The score of a record was computed.
   *
   * @param nanoseconds how long it took
   * @param fieldEvaluations how many evaluations of the vector field it took
   */
  void scoreTook(long nanoseconds, int fieldEvaluations);
}
