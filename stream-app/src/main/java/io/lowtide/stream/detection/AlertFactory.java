package io.lowtide.stream.detection;

import io.lowtide.density.calibration.Ranking;
import io.lowtide.density.calibration.Rarity;
import io.lowtide.density.explanation.AlertSummary;
import io.lowtide.density.explanation.Explanation;
import io.lowtide.density.scoring.ScoreOutcome.Scored;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.ContextValue;
import io.lowtide.schemas.DetectorState;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.schemas.ShadowScore;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/** Makes the messages that the application publishes about records. */
public final class AlertFactory {

  private static final int FIELDS = AnomalyAlert.getClassSchema().getFields().size();
  private static final int STATE = AnomalyAlert.getClassSchema().getField("detectorState").pos();

  private AlertFactory() {}

  /**
   * The alert about one record. Its id names the record and the model: the same alert always has
   * the same id.
   *
   * @param key the record's key, or null
   * @param eventTime its timestamp, in milliseconds since 1970
   * @param ranking what the score was ranked by
   * @param suppressed alerts of the key withheld since its last published one
   */
  static AnomalyAlert alert(
      RecordPosition source,
      byte[] key,
      long eventTime,
      ActiveModel model,
      Ranking ranking,
      Scored score,
      Explanation explanation,
      List<ContextValue> context,
      long suppressed) {
    String version = model.bundle().version();
    Rarity rarity = ranking.rarity(score.severity());
    return new AnomalyAlert(
        source.getTopic() + "-" + source.getPartition() + "-" + source.getOffset() + "-" + version,
        model.bundle().detector(),
        version,
        KeyText.of(key),
        Instant.ofEpochMilli(eventTime),
        score.logLikelihood(),
        score.pValue(),
        followed(ranking),
        score.severity(),
        rarity.level(),
        rarity.oneIn(),
        rarity.orMore(),
        model.budget(),
        AlertSummary.of(rarity, explanation),
        explanation.pattern().orElse(null),
        explanation.kind(),
        explanation.normalLogLikelihood(),
        explanation.rangeCoverage().isPresent() ? explanation.rangeCoverage().getAsDouble() : null,
        explanation.contributions(),
        context,
        score.evaluations(),
        suppressed,
        source,
        null);
  }

  /**
   * The alert with how the detector does; what is in it is shared with the other, not copied as by
   * a builder.
   */
  public static AnomalyAlert withState(AnomalyAlert alert, DetectorState state) {
    AnomalyAlert told = new AnomalyAlert();
    for (int field = 0; field < FIELDS; field++) {
      told.put(field, alert.get(field));
    }
    told.put(STATE, state);
    return told;
  }

  /**
   * The score of one record.
   *
   * @param key the record's key, or null
   * @param eventTime its timestamp, in milliseconds since 1970
   * @param ranking what the score was ranked by
   * @param shadow what the challenger has found, or null
   */
  public static ScoredRecord score(
      RecordPosition source,
      byte[] key,
      long eventTime,
      ActiveModel model,
      Ranking ranking,
      Scored score,
      ShadowScore shadow) {
    return new ScoredRecord(
        model.bundle().detector(),
        model.bundle().version(),
        KeyText.of(key),
        Instant.ofEpochMilli(eventTime),
        score.logLikelihood(),
        score.pValue(),
        followed(ranking),
        model.isAnomalous(score),
        score.evaluations(),
        source,
        shadow);
  }

  private static Integer followed(Ranking ranking) {
    OptionalInt followed = ranking.followed();
    return followed.isPresent() ? followed.getAsInt() : null;
  }
}
