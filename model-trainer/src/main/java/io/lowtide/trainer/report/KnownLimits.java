package io.lowtide.trainer.report;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.ContextKind;
import io.lowtide.schemas.DensityModel;
import io.lowtide.trainer.fit.NewestTenth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a model is not to be relied on for, as far as it can be told from the model itself. */
final class KnownLimits {

  /** Of the tail's test. */
  private static final double BAD_FIT = 0.01;

  private final ModelBundle model;
  private final DensityModel record;
  private final List<String> limits = new ArrayList<>();

  private KnownLimits(ModelBundle model) {
    this.model = model;
    this.record = model.record();
  }

  /** A sentence each, what hangs on this model first. */
  static List<String> of(ReportedRun run) {
    KnownLimits known = new KnownLimits(run.model());
    run.newestTenth().filter(NewestTenth::hasMoved).map(NewestTenth::text).ifPresent(known::add);
    known.addCalibration();
    known.addFields();
    known.addOfEveryModel();
    return List.copyOf(known.limits);
  }

  private void add(String format, Object... arguments) {
    limits.add(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
  }

  private void addCalibration() {
    ConformalCalibration calibration = model.calibration();
    add(
        "No p-value is below %.2g, for want of more calibration records than %,d; %s",
        calibration.smallestPValue(),
        calibration.size(),
        calibration.goodnessOfFit().isPresent()
            ? "what is less likely is ranked by the tail that was fitted to them."
            : "too few to fit a tail to, so that what is less likely is not ranked.");
    if (calibration.goodnessOfFit().isPresent()
        && calibration.goodnessOfFit().getAsDouble() < BAD_FIT) {
      add(
          "The tail fits the calibration records badly (p %.2g): severities beyond them are a rough"
              + " guide.",
          calibration.goodnessOfFit().getAsDouble());
    }
    if (record.getCalibration().getUnscorable() > 0) {
      add("%,d calibration records had no score.", record.getCalibration().getUnscorable());
    }
    if (record.getTraining().getContamination() > 0) {
      add(
          "Up to %.3g %% of the records were taken for possible anomalies, the least likely ones. The"
              + " budget is that of the others; anomalies amid normal records were learned.",
          100 * record.getTraining().getContamination());
    }
  }

  private void addFields() {
    int fields = model.encoder().inputs().size();
    long required = model.encoder().inputs().stream().filter(input -> !input.optional()).count();
    if (required > 0) {
      add(
          "%s missing in training, and must be there: a record that lacks one has no score.",
          required == fields
              ? "No field was ever"
              : String.format(
                  Locale.ROOT,
                  "%,d of %,d fields %s never",
                  required,
                  fields,
                  required == 1 ? "was" : "were"));
    }
    for (CategoricalFeature category : model.encoder().categories()) {
      int rarer = category.getLevels().size() - category.getContextLevels();
      if (rarer > 0) {
        add(
            "Of the values of %s the %,d most frequent are told apart by the flow; the other %,d have"
                + " a probability each, and no more.",
            category.getName(), category.getContextLevels(), rarer);
      }
    }
    if (model.encoder().inputs().stream().anyMatch(input -> input.needsHistory())) {
      add(
          "Past values count: the record after an anomaly is judged by the anomaly, and may raise an"
              + " alert for it; what drifts slowly enough is normal at every step.");
    }
    boolean utc =
        model.encoder().contextFeatures().stream()
            .anyMatch(
                context -> context.getKind() == ContextKind.CYCLE && context.getZone().isEmpty());
    if (utc) {
      add(
          "The clock is UTC: where what is normal hangs on people's hours, it shifts by an hour in"
              + " March and in October.");
    }
    double smoothing =
        model.encoder().features().stream().mapToDouble(f -> f.getSmoothing()).max().orElse(0);
    if (smoothing > 0) {
      add(
          "A fault that moves a record by less than about %.2g standard deviations, the noise of"
              + " training, is hard to see.",
          smoothing);
    }
  }

  private void addOfEveryModel() {
    add(
        "The budget holds for records like those of the calibration. When what is normal moves, so does"
            + " the rate of false alarms, until the model is trained again.");
    add(
        "What was in the training records in numbers is normal to the model, whether it should be or"
            + " not.");
    add(
        "An alert names a path to a nearby normal record. Where several tell the same story the model"
            + " cannot know which is true.");
  }
}
