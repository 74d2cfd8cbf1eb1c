package io.lowtide.trainer.fit;

import io.lowtide.density.field.FieldParameters;
import java.util.List;

/**
 * A fitted flow.
 *
 * @param parameters those of the best epoch
 * @param history every epoch, in order
 * @param bestEpoch epoch of the parameters, from 1
 * @param stop why fitting ended
 * @param stepsBack how often training diverged, was put back and went on at half the learning rate
 */
public record FitResult(
    FieldParameters parameters,
    List<EpochRecord> history,
    int bestEpoch,
    Stop stop,
    int stepsBack) {

  /** Why fitting ended. */
  public enum Stop {
    /** All epochs were run. */
    EPOCHS,
    /** The validation likelihood had not improved for as many epochs as the patience. */
    PATIENCE,
    /** The time budget was spent. */
    TIME_BUDGET
  }

  public FitResult {
    history = List.copyOf(history);
  }

  /** The epoch of the parameters. */
  public EpochRecord best() {
    return history.get(bestEpoch - 1);
  }
}
