package io.lowtide.trainer.retrain;

import io.lowtide.schemas.ComparedModel;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which model is to be the champion, and why.
 *
 * @param winner role of the challenger to publish; empty: none, things stay as they are
 * @param reason for a person
 */
public record Decision(Optional<String> winner, String reason) {

  /**
   * When a challenger wins.
   *
   * @param margin gain in nats per record that it has to show
   * @param standardErrors of the gain by which it has to be above the margin
   */
  record Rule(double margin, double standardErrors) {

    /**
     * Decides.
     *
     * @param champion empty: there is none
     * @param challengers those that could be made, and those that could not
     */
    Decision of(Optional<ComparedModel> champion, List<ComparedModel> challengers) {
      List<ComparedModel> made =
          challengers.stream().filter(model -> model.getFailure() == null).toList();
      if (made.isEmpty()) {
        return new Decision(
            Optional.empty(), "no challenger could be made: " + failures(challengers));
      }
      return champion.map(model -> decide(model, made)).orElseGet(() -> first(made));
    }

    /** Of a detector that has no model any is better than none. */
    private static Decision first(List<ComparedModel> made) {
      ComparedModel best =
          made.stream().max(Comparator.comparing(ComparedModel::getInCalibration)).orElseThrow();
      return new Decision(
          Optional.of(best.getRole()),
          "the detector has no champion"
              + (best.getInCalibration()
                  ? ""
                  : "; the model is out of calibration on the newest records ("
                      + calibration(best)
                      + ")"));
    }

    private Decision decide(ComparedModel champion, List<ComparedModel> made) {
      Optional<ComparedModel> winner =
          made.stream()
              .filter(ComparedModel::getInCalibration)
              .filter(this::wins)
              .max(Comparator.comparingDouble(ComparedModel::getGain));
      if (winner.isPresent()) {
        return new Decision(
            Optional.of(winner.get().getRole()),
            String.format(
                Locale.ROOT,
                "the %s model wins by %.4f nats per record (standard error %.4f), expected at least %.4f"
                    + " and %.3g standard errors above it; %s",
                winner.get().getRole(),
                winner.get().getGain(),
                winner.get().getGainStandardError(),
                margin,
                standardErrors,
                calibration(winner.get())));
      }
      if (champion.getInCalibration()) {
        return new Decision(
            Optional.empty(),
            String.format(
                Locale.ROOT,
                "no challenger wins by %.4f nats per record, and the champion is in calibration (%s): %s",
                margin,
                calibration(champion),
                gains(made)));
      }
      return made.stream()
          .filter(ComparedModel::getInCalibration)
          .max(
              Comparator.comparingDouble(
                  model -> model.getGain() == null ? Double.NEGATIVE_INFINITY : lowest(model)))
          .map(
              model ->
                  new Decision(
                      Optional.of(model.getRole()),
                      "the champion is out of calibration ("
                          + calibration(champion)
                          + "), the "
                          + model.getRole()
                          + " model is in it ("
                          + calibration(model)
                          + ")"))
          .orElseGet(
              () ->
                  new Decision(
                      Optional.empty(),
                      "the champion is out of calibration ("
                          + calibration(champion)
                          + "), and so is every challenger: what is normal moves within the records"));
    }

    private boolean wins(ComparedModel model) {
      return model.getGain() != null && model.getGain() > 0 && lowest(model) >= margin;
    }

    /** What the gain is at least, for all that chance explains. */
    private double lowest(ComparedModel model) {
      return model.getGain() - standardErrors * model.getGainStandardError();
    }

    private static String calibration(ComparedModel model) {
      return model.getAlertRate() == null
          ? "no record has a score"
          : String.format(
              Locale.ROOT,
              "%.3g %% of the newest records flagged at a budget of %.3g %%, p-values %.3f from uniform",
              100 * model.getAlertRate(),
              100 * model.getBudget(),
              model.getCalibrationDistance());
    }

    private static String gains(List<ComparedModel> made) {
      return String.join(
          ", ",
          made.stream()
              .map(
                  model ->
                      model.getGain() == null
                          ? model.getRole() + " scores other fields"
                          : String.format(
                              Locale.ROOT,
                              "%s %+.4f (standard error %.4f%s)",
                              model.getRole(),
                              model.getGain(),
                              model.getGainStandardError(),
                              model.getInCalibration() ? "" : ", out of calibration"))
              .toList());
    }

    private static String failures(List<ComparedModel> challengers) {
      return challengers.isEmpty()
          ? "none was asked for"
          : String.join(
              "; ",
              challengers.stream()
                  .map(model -> model.getRole() + ": " + model.getFailure())
                  .toList());
    }
  }
}
