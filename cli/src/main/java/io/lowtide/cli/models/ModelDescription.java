package io.lowtide.cli.models;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.Lineage;
import io.lowtide.schemas.Provenance;
import io.lowtide.schemas.SolverCertificate;
import io.lowtide.schemas.TrainingSummary;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a person asks of a model, line by line. */
final class ModelDescription {

  private ModelDescription() {}

  /** What there is to say, by what it is about, in the order of telling. */
  static Map<String, String> of(ModelBundle bundle) {
    DensityModel model = bundle.record();
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("detector", model.getDetector());
    lines.put("version", model.getModelVersion());
    lines.put("created", model.getCreatedAt().toString());
    addLineage(lines, model.getProvenance().getLineage());
    addFeatures(lines, model.getFeatures());
    lines.put(
        "field",
        String.format(
            Locale.ROOT,
            "%d dimensions, context of %d, hidden layers %s, %s",
            model.getField().getDimensions(),
            model.getField().getContextDimensions(),
            model.getField().getHidden().stream().map(layer -> layer.getUnits()).toList(),
            model.getField().getActivation().toString().toLowerCase(Locale.ROOT)));
    addSolver(lines, model);
    addCalibration(lines, bundle.calibration());
    TrainingSummary training = model.getTraining();
    lines.put(
        "training",
        String.format(
            Locale.ROOT,
            "%,d records, %,d to stop by, %,d to calibrate; best epoch %d of %d; %.1f s",
            training.getTrainRecords(),
            training.getValidationRecords(),
            training.getCalibrationRecords(),
            training.getBestEpoch(),
            training.getEpochs(),
            training.getSeconds()));
    lines.put(
        "validation loss",
        number("%.4f nats, in encoded units", training.getValidationNegativeLogLikelihood()));
    addProvenance(lines, model.getProvenance());
    lines.put("SHA-256", model.getSha256());
    lines.put("content", bundle.contentSha256() + " (without version, times, source and lineage)");
    return lines;
  }

  private static void addLineage(Map<String, String> lines, Lineage lineage) {
    if (lineage != null) {
      lines.put("made by", "training run " + lineage.getRun() + ", start: " + lineage.getStart());
      if (lineage.getParentVersion() != null) {
        lines.put("compared with", lineage.getParentVersion());
      }
      lines.put("published", "because " + lineage.getDecision());
    }
  }

  private static void addFeatures(Map<String, String> lines, FeatureSpecification features) {
    features
        .getContinuous()
        .forEach(
            feature ->
                lines.put(
                    "number " + feature.getName(),
                    String.format(
                        Locale.ROOT,
                        "%s, location %.6g, scale %.6g, from %.6g to %.6g%s%s",
                        feature.getTransform().toString().toLowerCase(Locale.ROOT),
                        feature.getLocation(),
                        feature.getScale(),
                        feature.getMinimum(),
                        feature.getMaximum(),
                        feature.getDifference() != 0 ? ", its change" : "",
                        feature.getMissingProbability() > 0
                            ? number(", missing in %.3g of 1", feature.getMissingProbability())
                            : "")));
    features
        .getConstants()
        .forEach(
            constant ->
                lines.put("constant " + constant.getName(), number("%.6g", constant.getValue())));
    features
        .getCategorical()
        .forEach(
            category ->
                lines.put(
                    "category " + category.getName(),
                    category.getLevels().stream()
                            .limit(5)
                            .map(
                                level ->
                                    level.getValue() + number(" (%.2g)", level.getProbability()))
                            .toList()
                        + (category.getLevels().size() > 5
                            ? " and " + (category.getLevels().size() - 5) + " more"
                            : "")));
    features
        .getContext()
        .forEach(
            context ->
                lines.put(
                    "context "
                        + context.getName()
                        + (context.getLag() > 0 ? " " + context.getLag() + " before" : "")
                        + (context.getPeriod() > 0
                            ? number(" in %.0f s", context.getPeriod())
                            : ""),
                    context.getKind().toString().toLowerCase(Locale.ROOT)));
  }

  private static void addSolver(Map<String, String> lines, DensityModel model) {
    SolverCertificate certificate = model.getSolver().getCertificate();
    lines.put(
        "solver",
        (model.getSolver().getFixedSteps() == 0
                ? model.getSolver().getMethod()
                : model.getSolver().getGridMethod()
                    + " on "
                    + model.getSolver().getFixedSteps()
                    + " steps")
            + (certificate == null
                ? ""
                : String.format(
                    Locale.ROOT,
                    ", %.1f evaluations per score, within %.2g nats for 99 %%",
                    certificate.getMeanEvaluations(),
                    certificate.getError99())));
  }

  private static void addCalibration(Map<String, String> lines, ConformalCalibration calibration) {
    lines.put("budget", number("%.4g", calibration.defaultBudget()));
    lines.put(
        "calibration",
        String.format(
            Locale.ROOT,
            "%,d records; scores of 1 %%, 10 %%, 50 %%: %.4f, %.4f, %.4f nats",
            calibration.size(),
            calibration.quantile(0.01),
            calibration.quantile(0.1),
            calibration.quantile(0.5)));
  }

  private static void addProvenance(Map<String, String> lines, Provenance provenance) {
    lines.put("source", provenance.getSource());
    lines.put(
        "data",
        String.format(
            Locale.ROOT, "%,d rows, SHA-256 %s", provenance.getRows(), provenance.getDataSha256()));
    lines.put(
        "made with",
        "Lowtide "
            + provenance.getLowtideVersion()
            + ", Java "
            + provenance.getJavaVersion()
            + ", "
            + provenance.getBackend()
            + ", seed "
            + provenance.getSeed());
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
