package io.lowtide.stream.detection;

import io.lowtide.density.scoring.ScoreOutcome;
import io.lowtide.density.suppression.SuppressionState;
import io.lowtide.schemas.AnomalyAlert;
import java.util.Optional;

/** All there is to say about one record. */
public sealed interface Verdict {

  /** The record has a score. */
  sealed interface Scored extends Verdict {

    /** The score. */
    ScoreOutcome.Scored score();

    /** What is to be remembered of the key's records; empty under a model without lags. */
    Optional<RememberedRecords> history();

    /** What is to be remembered of the key's alerts; empty where this record changes nothing. */
    Optional<SuppressionState> suppression();
  }

  /**
   * The record is normal.
   *
   * @param score the score
   * @param history what is to be remembered of the key's records, if the model has lags
   */
  record Normal(ScoreOutcome.Scored score, Optional<RememberedRecords> history) implements Scored {

    @Override
    public Optional<SuppressionState> suppression() {
      return Optional.empty();
    }
  }

  /**
   * The record is an anomaly to be told of.
   *
   * @param score the score
   * @param history what is to be remembered of the key's records, if the model has lags
   * @param alert tells of it
   * @param suppression what is to be remembered of the key's alerts, if they can be withheld
   */
  record Alerted(
      ScoreOutcome.Scored score,
      Optional<RememberedRecords> history,
      AnomalyAlert alert,
      Optional<SuppressionState> suppression)
      implements Scored {}

  /**
   * The record is an anomaly whose alert would repeat one of the same key.
   *
   * @param score the score
   * @param history what is to be remembered of the key's records, if the model has lags
   * @param counted the key's last published alert and the count of those withheld, with this one
   */
  record Withheld(
      ScoreOutcome.Scored score, Optional<RememberedRecords> history, SuppressionState counted)
      implements Scored {

    @Override
    public Optional<SuppressionState> suppression() {
      return Optional.of(counted);
    }
  }

  /**
   * The record has no score and never will under this model.
   *
   * @param reason why
   * @param message for a person: the field, the value, what was expected
   */
  record Unscorable(ScoreOutcome.Reason reason, String message) implements Verdict {}
}
