package io.lowtide.trainer.report;

import io.lowtide.schemas.RunOutcome;
import io.lowtide.schemas.TrainingRun;
import io.lowtide.trainer.fit.HeldOutPValues;
import io.lowtide.trainer.fit.NewestTenth;
import java.util.Locale;
import java.util.Optional;

/**
 * The one thing that a person should take from the report.
 *
 * @param fine whether nobody needs to look further
 * @param headline in a few words
 * @param text in a sentence or two
 */
public record Verdict(boolean fine, String headline, String text) {

  /** Value of the setting {@code retrain.publish.as} in a run that publishes nothing. */
  public static final String AS_NOTHING = "nothing";

  /** Standard deviations that chance does not explain. */
  private static final double CHANCE = 3;

  static Verdict of(ReportedRun run) {
    return run.decision().map(Verdict::ofDecision).orElseGet(() -> ofTraining(run));
  }

  private static Verdict ofDecision(TrainingRun decision) {
    boolean published = decision.getOutcome() == RunOutcome.PUBLISHED;
    boolean fine =
        decision.getModels().stream()
            .filter(
                model ->
                    published
                        ? model.getVersion() != null
                            && model.getVersion().equals(decision.getPublished())
                        : model.getRole().equals("champion"))
            .anyMatch(model -> Boolean.TRUE.equals(model.getInCalibration()));
    String reason = decision.getReason();
    return new Verdict(
        fine,
        published
            ? published(decision) + ": " + decision.getPublished()
            : decision.getChampion() == null
                ? "No model was published"
                : "The champion stays: " + decision.getChampion(),
        reason.substring(0, 1).toUpperCase(Locale.ROOT) + reason.substring(1) + ".");
  }

  /** What became of the model that was decided for. */
  public static String published(TrainingRun decision) {
    return switch (decision.getSettings().getOrDefault("retrain.publish.as", "champion")) {
      case AS_NOTHING -> "To be published, were this no dry run";
      case "challenger" -> "Published as challenger";
      default -> "Published";
    };
  }

  private static Verdict ofTraining(ReportedRun run) {
    Optional<NewestTenth> moved = run.newestTenth().filter(NewestTenth::hasMoved);
    if (moved.isPresent()) {
      return new Verdict(
          false, "What is normal moves within these records", moved.get().text() + ".");
    }
    double budget = run.model().calibration().defaultBudget();
    HeldOutPValues held = run.heldOut().get(0).pValues();
    int records = held.sorted().length;
    if (records == 0) {
      return new Verdict(false, "Trained, and not checked", "No record was left to check it by.");
    }
    double rate = held.shareAtMost(budget);
    double effective = effectiveRecords(held);
    double chance = Math.sqrt(budget * (1 - budget) / effective);
    boolean fine = Math.abs(rate - budget) <= CHANCE * chance + 1 / effective;
    return new Verdict(
        fine,
        fine ? "Trained, and in calibration" : "Trained, and out of calibration",
        String.format(
            Locale.ROOT,
            "Of %,d normal records that had no part in the fit the model flags %.3g %%, at a false-alarm"
                + " budget of %.3g %%: %s.",
            records,
            100 * rate,
            100 * budget,
            fine ? "no more and no fewer than chance explains" : "chance does not explain it"));
  }

  /** Records and those of the calibration are as random: what both together are worth. */
  public static double effectiveRecords(HeldOutPValues held) {
    double records = held.sorted().length;
    return records * held.calibrationRecords() / (records + held.calibrationRecords());
  }
}
