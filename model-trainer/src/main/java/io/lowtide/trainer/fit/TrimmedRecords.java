package io.lowtide.trainer.fit;

import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowParameters;
import io.lowtide.density.flow.PartialFlow;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The training records that take part in the fit: all but the share that the flow itself finds
 * least probable (maximum trimmed likelihood; Hadi and Luceno 1997, Computational Statistics and
 * Data Analysis 25, 251-272). They are judged anew at every validation by the averaged parameters,
 * so that a record that was set aside early may come back.
 *
 * <p>Until a flow has learned something it takes for improbable what is far from the middle, and
 * leaves in lumps of anomalies, which it then learns. For the first part of training the records
 * that are far from their neighbours are therefore set aside instead.
 */
final class TrimmedRecords {

  /** Ranks are all that matters. */
  private static final double TOLERANCE = 1e-2;

  /**
   * Records set aside for each possible anomaly. On contaminated tables a flow finds about half of
   * the anomalies among as many least probable records, and two thirds among twice as many.
   */
  private static final int RECORDS_PER_ANOMALY = 2;

  /** Share of the iterations after which the flow judges. */
  private static final double JUDGED_BY_NEIGHBOURS = 1.0 / 3;

  /** Mean of minus log-density of a standard normal, in nats: half of log(2 pi e). */
  private static final double STANDARD_ENTROPY = 0.5 * Math.log(2 * Math.PI * Math.E);

  private final TrainingData records;
  private final int setAside;
  private List<Integer> kept;

  /**
   * @param records the training records
   * @param contamination share of them that may be anomalies, from 0 to 0.25
   */
  TrimmedRecords(TrainingData records, double contamination) {
    this.records = records;
    this.setAside = (int) Math.round(RECORDS_PER_ANOMALY * contamination * records.size());
    this.kept =
        setAside == 0
            ? IntStream.range(0, records.size()).boxed().toList()
            : allButTheLowest(closeness(records, contamination));
  }

  private static double[] closeness(TrainingData records, double contamination) {
    return Arrays.stream(NeighbourDistances.of(records, contamination))
        .map(distance -> -distance)
        .toArray();
  }

  /**
   * Lets the flow choose, where it is time for that and any are to be set aside.
   *
   * @param flow with the averaged parameters
   * @param progress share of the iterations that are over, from 0 to 1
   */
  void judge(FlowParameters flow, double progress) {
    if (setAside == 0 || progress < JUDGED_BY_NEIGHBOURS) {
      return;
    }
    PartialFlow density = Flow.of(flow, SolverSettings.dormandPrince(TOLERANCE)).newPartialFlow();
    double[] logDensities = new double[records.size()];
    double[] encoded = new double[flow.base().dimensions()];
    for (int row = 0; row < logDensities.length; row++) {
      density.setContext(records.copyEncoded(row, encoded));
      logDensities[row] =
          density.score(encoded) == SolveStatus.COMPLETED
              ? density.logDensity() - STANDARD_ENTROPY * missing(encoded)
              : Double.NEGATIVE_INFINITY;
    }
    kept = allButTheLowest(logDensities);
  }

  private List<Integer> allButTheLowest(double[] normality) {
    return IntStream.range(0, normality.length)
        .boxed()
        .sorted(Comparator.comparingDouble(row -> normality[row]))
        .skip(setAside)
        .sorted()
        .toList();
  }

  /** Without what these would have added on average, a record that lacks values seems probable. */
  private static long missing(double[] encoded) {
    return Arrays.stream(encoded).filter(Double::isNaN).count();
  }

  /** Indices of the records that take part, ascending. */
  List<Integer> kept() {
    return kept;
  }

  /** How many do not. */
  int setAside() {
    return setAside;
  }
}
