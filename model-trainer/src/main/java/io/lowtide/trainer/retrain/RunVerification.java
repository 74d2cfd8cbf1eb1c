package io.lowtide.trainer.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.settings.BudgetSettings;
import io.lowtide.schemas.Lineage;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.fit.EpochReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Makes the model of a retraining once more, of what the run kept. */
public final class RunVerification {

  private static final ObjectMapper JSON = new ObjectMapper();

  private RunVerification() {}

  /**
   * Makes the model again.
   *
   * @param folder of the run, as it was when it ended
   * @param model the model that it published
   * @param listener receives a report at every validation of a fit
   * @throws DataException if the folder is not that of the model's run
   * @throws IOException if a file cannot be read
   */
  public static ModelBundle again(Path folder, ModelBundle model, Consumer<EpochReport> listener)
      throws IOException, BundleException {
    Lineage lineage = model.record().getProvenance().getLineage();
    JsonNode report = JSON.readTree(Files.readAllBytes(folder.resolve("training.json")));
    String run = report.path("id").asText();
    if (lineage == null || !lineage.getRun().equals(run)) {
      throw new DataException(
          folder
              + ": holds training run "
              + run
              + ", expected that of the model, "
              + (lineage == null ? "which is of none" : lineage.getRun()));
    }
    Map<String, String> reported = new TreeMap<>();
    report
        .path("settings")
        .properties()
        .forEach(entry -> reported.put(entry.getKey(), entry.getValue().asText()));
    // However it was stated, or taken over from the champion: this is what it was.
    String training = RetrainSettingDefinitions.TRAINING_PREFIX;
    reported.remove(training + BudgetSettings.ALERTS_PER_HOUR);
    reported.remove(training + BudgetSettings.RECORDS_PER_HOUR);
    reported.put(training + "budget", String.valueOf(model.calibration().defaultBudget()));
    RetrainSettings settings = RetrainSettings.ofReport(reported);
    RunRecords records = RecordsFile.read(folder.resolve("records.bin"));
    Path kept = folder.resolve("champion.avro");
    Optional<ModelBundle> champion =
        Files.exists(kept) ? Optional.of(BundleFiles.read(kept)) : Optional.empty();
    Path temporary = Files.createTempDirectory("lowtide-verify");
    try (RunFolder again = RunFolder.open(temporary, 0)) {
      return new Retraining(settings, again, again.begin("verify"), listener)
          .make(
              Challenger.valueOf(lineage.getStart().toUpperCase(Locale.ROOT)),
              records,
              RunSource.plan(settings, records, champion),
              champion);
    } finally {
      delete(temporary);
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> paths = Files.walk(directory)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
