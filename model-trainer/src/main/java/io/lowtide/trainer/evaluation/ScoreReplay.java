package io.lowtide.trainer.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.calibration.FollowingCalibration;
import io.lowtide.density.calibration.Rarity;
import io.lowtide.density.suppression.SuppressionState;
import io.lowtide.density.suppression.SuppressionWindow;
import io.lowtide.kafka.episode.EpisodeBook;
import io.lowtide.kafka.episode.EpisodePlan;
import io.lowtide.kafka.episode.EpisodeSettings;
import io.lowtide.kafka.episode.Occurrence;
import io.lowtide.kafka.episode.PartitionState;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.EpisodeChange;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Stored scores, judged again by other rules: by the classes that the stream itself judges with, in
 * the order in which it read the records. What is not stored is not there: records without a score,
 * and severities beyond the p-value.
 */
public final class ScoreReplay {

  /** Every open episode is kept: there is room for one partition at a time. */
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private final Map<String, TreeMap<Long, ScoredRecord>> partitions = new TreeMap<>();

  /** Adds a score. One for a record that has one already takes its place. */
  public void add(ScoredRecord score) {
    RecordPosition source = score.getSource();
    partitions
        .computeIfAbsent(source.getTopic() + "-" + source.getPartition(), key -> new TreeMap<>())
        .put(source.getOffset(), score);
  }

  /** Those of one model alone. */
  public ScoreReplay ofModel(String version) {
    ScoreReplay chosen = new ScoreReplay();
    partitions
        .values()
        .forEach(
            scores ->
                scores.values().stream()
                    .filter(score -> score.getModelVersion().equals(version))
                    .forEach(chosen::add));
    return chosen;
  }

  /** How many scores there are. */
  public long size() {
    return partitions.values().stream().mapToLong(Map::size).sum();
  }

  /**
   * The same scores with the p-values of a calibration that follows them, partition by partition as
   * the stream does it: from the first of them on, and without what is missing in records, of which
   * a score does not tell.
   *
   * @param calibration of the model that they are of
   * @param budget false-alarm budget in force
   * @param window scores that it ranks among
   * @throws io.lowtide.density.calibration.BudgetException if the window is too small for it
   */
  public ScoreReplay following(ConformalCalibration calibration, double budget, int window) {
    ScoreReplay ranked = new ScoreReplay();
    for (TreeMap<Long, ScoredRecord> scores : partitions.values()) {
      FollowingCalibration following = new FollowingCalibration(calibration, budget, window);
      for (ScoredRecord score : scores.values()) {
        double p = following.pValue(score.getLogLikelihood());
        following.follow(score.getLogLikelihood(), p <= budget);
        ranked.add(ScoredRecord.newBuilder(score).setPValue(p).setAnomalous(p <= budget).build());
      }
    }
    return ranked;
  }

  /** What the scores would have become by these rules. */
  public ReplayedAlerts under(AlertRules rules) {
    Counts counts = new Counts(rules);
    partitions.values().forEach(scores -> counts.add(scores.values()));
    return counts.result();
  }

  private static final class Counts {

    private final AlertRules rules;
    private final SuppressionWindow window;
    private final List<ReplayedAlerts.Alert> alerts = new ArrayList<>();
    private long scored;
    private long flagged;
    private long episodes;

    Counts(AlertRules rules) {
      this.rules = rules;
      this.window = new SuppressionWindow(rules.window());
    }

    ReplayedAlerts result() {
      return new ReplayedAlerts(scored, flagged, flagged - alerts.size(), episodes, alerts);
    }

    void add(Iterable<ScoredRecord> ofPartition) {
      Map<String, SuppressionState> known = new HashMap<>();
      PartitionState partition = PartitionState.initial(0);
      EpisodeBook book =
          new EpisodeBook(
              new HeldEpisodes(), new EpisodeSettings(rules.silence(), NO_LIMIT, 1), "replay");
      for (ScoredRecord score : ofPartition) {
        scored++;
        boolean anomaly = isAnomaly(score);
        partition =
            partition.after(
                score.getEventTime().toEpochMilli(),
                anomaly ? PartitionState.Outcome.ANOMALY : PartitionState.Outcome.NORMAL);
        if (anomaly) {
          flagged++;
          alert(score, known);
        }
        EpisodePlan plan =
            book.plan(partition, anomaly ? occurrence(score) : Occurrence.NORMAL, () -> null);
        book.apply(plan);
        episodes += plan.told().stream().filter(e -> e.getChange() == EpisodeChange.OPENED).count();
      }
    }

    private boolean isAnomaly(ScoredRecord score) {
      return rules.budget().isPresent()
          ? score.getPValue() <= rules.budget().getAsDouble()
          : score.getAnomalous();
    }

    private void alert(ScoredRecord score, Map<String, SuppressionState> known) {
      String key = score.getKey();
      if (window.appliesTo(key == null ? null : key.getBytes(UTF_8))) {
        SuppressionState before = known.get(key);
        SuppressionState.Published published =
            new SuppressionState.Published(
                score.getEventTime().toEpochMilli(), rarity(score).level());
        if (before != null && window.isRepeat(before, published)) {
          known.put(key, before.withheld());
          return;
        }
        known.put(key, SuppressionState.published(Optional.ofNullable(before), published));
      }
      alerts.add(
          new ReplayedAlerts.Alert(
              key, score.getEventTime(), score.getPValue(), score.getSource()));
    }

    private static Occurrence occurrence(ScoredRecord score) {
      double severity = -Math.log10(score.getPValue());
      RecordPosition source = score.getSource();
      return new Occurrence.Anomaly(
          score.getKey() == null ? null : score.getKey().getBytes(UTF_8),
          score.getEventTime().toEpochMilli(),
          source.getTopic() + "-" + source.getPartition() + "-" + source.getOffset(),
          score.getModelVersion(),
          score.getLogLikelihood(),
          score.getPValue(),
          severity,
          rarity(score),
          false,
          () -> unexplained(score, severity),
          source,
          Occurrence.Before.NOTHING);
    }

    private static Rarity rarity(ScoredRecord score) {
      return new Rarity(Math.round(1 / score.getPValue()), false);
    }

    private static AnomalyAlert unexplained(ScoredRecord score, double severity) {
      return AnomalyAlert.newBuilder()
          .setId("")
          .setDetector(score.getDetector())
          .setModelVersion(score.getModelVersion())
          .setKey(score.getKey())
          .setEventTime(score.getEventTime())
          .setLogLikelihood(score.getLogLikelihood())
          .setPValue(score.getPValue())
          .setSeverity(severity)
          .setBudget(1)
          .setSummary("")
          .setContributions(List.of())
          .setEvaluations(score.getEvaluations())
          .setSource(score.getSource())
          .build();
    }
  }
}
