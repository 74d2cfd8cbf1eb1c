package io.lowtide.stream.model;

import io.lowtide.density.scoring.RecordScorer;
import io.lowtide.density.scoring.ScoreOutcome;
import io.lowtide.density.scoring.ScoreOutcome.Reason;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.detection.Verdict;
import org.apache.avro.generic.IndexedRecord;

/** Tells the {@link ModelFit} which records the model in use can read. Belongs to one thread. */
public final class FitCheck {

  private final ModelFit fit;
  private ActiveModel lastGood;
  private RecordScorer scorerOfLastGood;

  /**
   * @param fit is told
   */
  public FitCheck(ModelFit fit) {
    this.fit = fit;
  }

  /** Tells of the verdict on one record. */
  public void tell(ActiveModel model, IndexedRecord record, Verdict verdict) {
    if (verdict instanceof Verdict.Unscorable unscorable && isMisfit(unscorable.reason())) {
      fit.misfits(model, fitsLastGoodFor(model, record), unscorable.message());
    } else {
      fit.fits(model);
    }
  }

  private static boolean isMisfit(Reason reason) {
    return reason == Reason.MISSING_FIELD || reason == Reason.WRONG_TYPE;
  }

  private boolean fitsLastGoodFor(ActiveModel model, IndexedRecord record) {
    ActiveModel before = fit.lastGoodFor(model);
    if (before == null) {
      return false;
    }
    if (before != lastGood) {
      lastGood = before;
      scorerOfLastGood = new RecordScorer(before.bundle());
    }
    return !(scorerOfLastGood.score(record) instanceof ScoreOutcome.Unscorable unscorable
        && isMisfit(unscorable.reason()));
  }
}
