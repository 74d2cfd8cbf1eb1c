package io.lowtide.trainer.retrain;

import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.RunCause;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What started a run.
 *
 * @param cause the kind of it
 * @param drifts those that went on then and that the run answers
 * @param since where the records begin that it is about, in the place of what the settings say
 */
public record RunTrigger(RunCause cause, List<DriftEvent> drifts, Optional<Instant> since) {

  /** Somebody, or a schedule of another kind. */
  public static final RunTrigger COMMAND =
      new RunTrigger(RunCause.COMMAND, List.of(), Optional.empty());

  /** Copies the drifts. */
  public RunTrigger {
    drifts = List.copyOf(drifts);
  }

  List<String> driftIds() {
    return drifts.stream().map(DriftEvent::getId).toList();
  }
}
