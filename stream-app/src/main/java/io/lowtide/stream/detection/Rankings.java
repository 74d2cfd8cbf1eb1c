package io.lowtide.stream.detection;

import io.lowtide.density.calibration.Ranking;
import io.lowtide.density.scoring.ScoreOutcome;

/**
 * What the scores of one task are ranked by. A {@link RecordJudge} only asks; a record is taken in
 * by whoever asked for the verdict on it, once nothing can fail on it any more.
 */
public interface Rankings {

  /** What ranks the scores of the model that is in use from now on. */
  Ranking under(ActiveModel model);

  /** Takes in a record that was ranked. */
  void follow(ScoreOutcome.Scored score);

  /** The calibration that a model came with, always. */
  static Rankings fixed() {
    return new Rankings() {
      @Override
      public Ranking under(ActiveModel model) {
        return model.bundle().calibration();
      }

      @Override
      public void follow(ScoreOutcome.Scored score) {
        // It stays what it is.
      }
    };
  }
}
