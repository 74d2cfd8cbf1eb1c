package io.lowtide.trainer.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.SolverCertificate;
import io.lowtide.trainer.feature.PlannedField;
import io.lowtide.trainer.fit.EpochReport;
import io.lowtide.trainer.fit.NewestTenth;
import io.lowtide.trainer.fit.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes what a training run did, for tools; {@link RunReport} is for people. */
public final class TrainingReport {

  private static final ObjectMapper JSON = new ObjectMapper();

  private TrainingReport() {}

  /**
   * Writes {@code training.json}: model, data, columns, settings and the whole history.
   *
   * @param fields every column with what it was taken for and why
   * @param newestTenth how the newest tenth fares under a model of the rest
   * @throws IOException if the file cannot be written
   */
  public static void writeJson(
      TrainingResult result,
      List<PlannedField> fields,
      Optional<NewestTenth> newestTenth,
      Path file)
      throws IOException {
    DensityModel model = result.bundle().record();
    ObjectNode root = JSON.createObjectNode();
    root.put("detector", model.getDetector());
    root.put("modelVersion", model.getModelVersion());
    root.put("createdAt", model.getCreatedAt().toString());
    ObjectNode data = root.putObject("data");
    data.put("source", model.getProvenance().getSource());
    data.put("sha256", model.getProvenance().getDataSha256());
    data.put("rows", model.getProvenance().getRows());
    data.put("training", model.getTraining().getTrainRecords());
    data.put("validation", model.getTraining().getValidationRecords());
    data.put("calibration", model.getTraining().getCalibrationRecords());
    data.put("leftOutAsFar", result.recordsLeftOut());
    ArrayNode findings = data.putArray("findings");
    result.findings().forEach(findings::add);
    addColumns(root, fields);
    newestTenth.ifPresent(
        newest ->
            root.putObject("newestTenth")
                .put("records", newest.records())
                .put("flagged", newest.flagged())
                .put("rate", newest.rate())
                .put("expectedRate", newest.level())
                .put("moved", newest.hasMoved()));
    addCalibration(root, result);
    root.put("backend", model.getProvenance().getBackend());
    root.put("seconds", model.getTraining().getSeconds());
    ObjectNode settings = root.putObject("settings");
    result.settings().forEach(settings::put);
    ArrayNode history = root.putArray("history");
    for (EpochReport report : result.history()) {
      history
          .addObject()
          .put("epoch", report.epoch())
          .put("iteration", report.iteration())
          .put("trainNegativeLogLikelihood", report.trainNegativeLogLikelihood())
          .put("validationNegativeLogLikelihood", report.validationNegativeLogLikelihood())
          .put("best", report.best())
          .put("learningRate", report.learningRate())
          .put("forwardEvaluations", report.forwardEvaluations())
          .put("backwardEvaluations", report.backwardEvaluations())
          .put("recordsPerSecond", report.recordsPerSecond())
          .put("seconds", report.seconds());
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
  }

  /**
   * The history of a training, from its {@code training.json}.
   *
   * @throws IOException if the file cannot be read
   */
  public static List<EpochReport> readHistory(Path file) throws IOException {
    JsonNode reports = JSON.readTree(Files.readAllBytes(file)).path("history");
    int iterations = reports.path(reports.size() - 1).path("iteration").asInt();
    List<EpochReport> history = new ArrayList<>();
    for (JsonNode report : reports) {
      history.add(
          new EpochReport(
              report.path("epoch").asInt(),
              report.path("iteration").asInt(),
              iterations,
              report.path("trainNegativeLogLikelihood").asDouble(Double.NaN),
              report.path("validationNegativeLogLikelihood").asDouble(Double.NaN),
              report.path("best").asBoolean(),
              report.path("learningRate").asDouble(),
              report.path("forwardEvaluations").asDouble(),
              report.path("backwardEvaluations").asDouble(),
              report.path("recordsPerSecond").asDouble(),
              report.path("seconds").asDouble()));
    }
    return history;
  }

  private static void addColumns(ObjectNode root, List<PlannedField> fields) {
    ArrayNode columns = root.putArray("columns");
    FieldListing.leftOutFirst(fields)
        .forEach(
            field ->
                columns
                    .addObject()
                    .put("name", field.name())
                    .put("takenFor", field.rolesText())
                    .put("why", field.reason()));
  }

  private static void addCalibration(ObjectNode root, TrainingResult result) {
    DensityModel model = result.bundle().record();
    ObjectNode setAside = root.putObject("setAside");
    setAside.put("training", model.getTraining().getSetAsideTraining());
    setAside.put("calibration", model.getTraining().getSetAsideCalibration());
    setAside.put(
        "reason",
        "the least probable records: by the setting contamination, "
            + model.getTraining().getContamination()
            + ", in the calibration, so that the budget is that of the others, and twice as many in"
            + " the fit");
    ObjectNode calibration = root.putObject("calibration");
    calibration.put("records", result.bundle().calibration().size());
    calibration.put("unscorable", model.getCalibration().getUnscorable());
    calibration.put("budget", model.getCalibration().getDefaultBudget());
    result
        .bundle()
        .calibration()
        .goodnessOfFit()
        .ifPresent(pValue -> calibration.put("tailGoodnessOfFit", pValue));
    SolverCertificate certificate = model.getSolver().getCertificate();
    ObjectNode solver = root.putObject("solver");
    solver.put("method", model.getSolver().getMethod());
    solver.put("gridSteps", model.getSolver().getFixedSteps());
    solver.put("gridMethod", model.getSolver().getGridMethod());
    solver.put("meanEvaluations", certificate.getMeanEvaluations());
    solver.put("medianError", certificate.getMedianError());
    solver.put("error99", certificate.getError99());
    solver.put("largestError", certificate.getLargestError());
    solver.put("adaptiveShare", certificate.getAdaptiveShare());
  }
}
