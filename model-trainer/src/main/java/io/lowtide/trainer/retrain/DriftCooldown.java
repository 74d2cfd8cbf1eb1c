package io.lowtide.trainer.retrain;

import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.RunOutcome;
import io.lowtide.schemas.TrainingRun;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How long after the start of a run another one answers drift: twice as long for each answer in
 * vain.
 *
 * @param shortest after a run that was not in vain
 * @param longest what it grows to, if that is more
 */
record DriftCooldown(Duration shortest, Duration longest) {

  /**
   * How long.
   *
   * @param inVain answers in vain so far
   */
  Duration after(int inVain) {
    Duration cooldown = shortest;
    for (int i = 0; i < inVain && cooldown.compareTo(longest) < 0; i++) {
      Duration doubled = cooldown.multipliedBy(2);
      cooldown = doubled.compareTo(longest) < 0 ? doubled : longest;
    }
    return cooldown;
  }

  /**
   * How many runs, since one published a model, have answered one of the drifts that go on.
   *
   * @param runs in their order
   * @param open those drifts
   */
  static int inVain(List<TrainingRun> runs, List<DriftEvent> open) {
    Set<String> ids = open.stream().map(DriftEvent::getId).collect(Collectors.toSet());
    int answers = 0;
    for (TrainingRun run : runs) {
      if (run.getOutcome() == RunOutcome.PUBLISHED) {
        answers = 0;
      } else if (run.getDriftEvents().stream().anyMatch(ids::contains)) {
        answers++;
      }
    }
    return answers;
  }
}
