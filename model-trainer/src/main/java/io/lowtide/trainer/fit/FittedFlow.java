package io.lowtide.trainer.fit;

import io.lowtide.density.flow.FlowParameters;
import java.util.List;

/**
 * A trained flow and how it came about.
 *
 * @param parameters its field those of the best validation
 * @param history a report for each validation, in their order
 * @param best the report that the parameters belong to
 * @param extent how long it was trained and why no longer, in a line for people
 * @param setAside training records that took no part, as possible anomalies
 * @param trajectory the flow at each validation, where that was asked for
 */
public record FittedFlow(
    FlowParameters parameters,
    List<EpochReport> history,
    EpochReport best,
    String extent,
    int setAside,
    List<FlowParameters> trajectory) {

  /** The same with other parameters. */
  FittedFlow withParameters(FlowParameters others) {
    return new FittedFlow(others, history, best, extent, setAside, trajectory);
  }
}
