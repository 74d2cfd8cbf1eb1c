package io.lowtide.stream.detection;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.scoring.ScoreOutcome;

/**
 * A model in use.
 *
 * @param bundle the verified bundle
 * @param budget false-alarm budget in force: an alert when p is at most this
 */
public record ActiveModel(ModelBundle bundle, double budget) {

  /** Whether it judges a record by those before it under the same key. */
  public boolean usesHistory() {
    return !bundle.encoder().laggedFields().isEmpty();
  }

  /** Whether it is the same bundle, to the bit. */
  public boolean isSameAs(ActiveModel other) {
    return bundle.record().getSha256().equals(other.bundle().record().getSha256());
  }

  /** Whether a record with this score is improbable enough for an alert. */
  public boolean isAnomalous(ScoreOutcome.Scored score) {
    return score.pValue() <= budget;
  }
}
