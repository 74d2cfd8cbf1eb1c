package io.lowtide.cli.models;

import io.lowtide.kafka.model.ModelCatalog;
import io.lowtide.kafka.model.StoredModel;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.Lineage;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lowtide models list}: the versions of each detector. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description =
        "Lists the versions that the models topic holds, and which of them is the champion, which"
            + " running detectors use, and which the challenger.")
final class ListModelsCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Parameters(paramLabel = "DETECTOR", arity = "0..1", description = "Detector; all if not given.")
  private String detector;

  @Mixin private ModelsTopic topic;

  @Override
  public Integer call() {
    ModelCatalog catalog = topic.read();
    if (detector != null) {
      topic.requireDetector(catalog, detector);
    }
    PrintWriter out = command.commandLine().getOut();
    List<String> detectors =
        detector == null ? List.copyOf(catalog.detectors()) : List.of(detector);
    if (detectors.isEmpty()) {
      out.printf("No models on %s%n", topic.name());
    }
    for (String name : detectors) {
      list(out, catalog, name);
    }
    out.flush();
    return ExitCode.OK;
  }

  private static void list(PrintWriter out, ModelCatalog catalog, String detector) {
    out.printf("detector %s%n", detector);
    Optional<String> champion = catalog.champion(detector).flatMap(StoredModel::version);
    List<StoredModel> models = new ArrayList<>(catalog.versions(detector));
    catalog.challenger(detector).ifPresent(models::add);
    catalog.champion(detector).filter(model -> model.bundle().isEmpty()).ifPresent(models::add);
    for (StoredModel model : models) {
      boolean inUse =
          model.version().equals(champion)
              && catalog.challenger(detector).filter(model::equals).isEmpty();
      boolean challenges = catalog.challenger(detector).filter(model::equals).isPresent();
      out.printf("  %-10s %s%n", inUse ? "champion" : challenges ? "challenger" : "", line(model));
    }
  }

  private static String line(StoredModel model) {
    if (model.bundle().isEmpty()) {
      return "offset " + model.offset() + ": " + model.problem().orElse("");
    }
    DensityModel bundle = model.bundle().get().record();
    Lineage lineage = bundle.getProvenance().getLineage();
    return String.format(
        Locale.ROOT,
        "%-40s %s  %,d records of %s%s",
        bundle.getModelVersion(),
        bundle.getCreatedAt().truncatedTo(ChronoUnit.SECONDS),
        bundle.getProvenance().getRows(),
        bundle.getProvenance().getSource(),
        lineage == null ? "" : "; " + lineage.getDecision());
  }
}
