package io.lowtide.benchmarks.nab;

/** A detector that streams over a file of the Numenta Anomaly Benchmark. */
interface NabDetector {

  /** Name in the report; runs of the same name, which differ by their seed, are averaged there. */
  String name();

  /**
   * Scores every row. A detector may train on the rows of the probation; after that it sees one row
   * after the other, and the score of a row must not depend on later ones.
   *
   * @param set the file; a detector must not look at its windows
   * @return one number per row, higher for more anomalous ones; 0 for the rows of the probation
   */
  double[] anomalyScores(NabSet set);
}
