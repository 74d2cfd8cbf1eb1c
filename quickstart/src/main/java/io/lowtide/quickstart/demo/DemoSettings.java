package io.lowtide.quickstart.demo;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How the demo runs.
 *
 * @param directory where the model, the state and the logs go
 * @param httpPort port of the application's page, metrics and health; 0: any free one
 * @param alertsShown alerts to print in full
 * @param keepRunning whether to go on after the table until interrupted
 * @param drift what to show of drift after the table, if anything
 */
record DemoSettings(
    Path directory, int httpPort, int alertsShown, boolean keepRunning, Optional<Drift> drift) {

  /**
   * A change of what is normal.
   *
   * @param records to stream after it, and again after the model is replaced
   * @param training settings of the training that answers it
   */
  record Drift(int records, Map<String, String> training) {}

  /** Event time, in records, that is left for those after the table. */
  long recordsAfterwards() {
    return drift.map(change -> 2L * change.records()).orElse(0L);
  }
}
