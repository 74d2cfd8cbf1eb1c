package io.lowtide.trainer.command;

import io.lowtide.cli.LowtideCommand;
import io.lowtide.cli.SettingsOptions;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.SolverCertificate;
import io.lowtide.schemas.TrainingSummary;
import io.lowtide.trainer.data.Causes;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.OutputFolder;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.feature.PlannedData;
import io.lowtide.trainer.fit.Checkpoints;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.NewestTenth;
import io.lowtide.trainer.fit.TrainingResult;
import io.lowtide.trainer.fit.TrainingSettings;
import io.lowtide.trainer.report.FieldListing;
import io.lowtide.trainer.report.ProgressPrinter;
import io.lowtide.trainer.report.ReportedRun;
import io.lowtide.trainer.report.RunReport;
import io.lowtide.trainer.report.TrainingReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lowtide train}: fits a density to normal records and writes a model bundle. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Fits the density of normal records and writes a model bundle (model.avro), a report for"
          + " people (report.html), a model card (model-card.md), and the history of the training"
          + " for tools (training.json).",
      "Interrupted, the same command goes on, and ends with the model of an undisturbed run."
    },
    footer = "docs/training-settings.md lists the settings of --config and --set.")
public final class TrainCommand implements LowtideCommand {

  private static final String CHECKPOINT = "checkpoint.bin";

  /** Of a disk, for what a training writes. */
  private static final long LEAST_SPACE = 16L << 20;

  @Spec private CommandSpec command;

  @Mixin private RecordOptions records;

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      description =
          "Columns to learn, separated by commas; all if not given. What each is taken for is"
              + " inferred: `lowtide features` shows it.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = "--features",
      paramLabel = "FILE",
      description =
          "What each field is taken for, in the place of --columns: a file that `lowtide features`"
              + " wrote and a person may have edited.")
  private Path features;

  @Option(
      names = "--detector",
      paramLabel = "NAME",
      required = true,
      description = "Name of the detector, the key under which the model is published.")
  private String detector;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Folder for what is written.")
  private Path output;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Folder for report.html and model-card.md, if it is not that of --output.")
  private Path report;

  @Mixin private SettingsOptions settingsOptions;

  @Option(
      names = "--anew",
      description = "Begin anew, whatever an interrupted training left in the output folder.")
  private boolean anew;

  @Option(names = "--resume", hidden = true, description = "What is done anyway.")
  private boolean resume;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = command.commandLine().getOut();
    TrainingSettings settings = TrainingSettings.of(settingsOptions.sources());
    OutputFolder.require(output, LEAST_SPACE);
    if (report != null) {
      OutputFolder.require(report, LEAST_SPACE);
    }
    PlannedData planned = plannedData();
    LabelledTable labelled = planned.records();
    Table normal = labelled.normal();
    out.printf(
        Locale.ROOT,
        "%,d normal records of %d fields (%,d labelled anomalies left out)%n",
        normal.size(),
        planned.plan().fields().size(),
        labelled.table().size() - normal.size());
    out.print(FieldListing.text(planned.fields()));
    out.flush();
    Path checkpoint = output.resolve(CHECKPOINT);
    if (anew) {
      Checkpoints.delete(checkpoint);
    }
    FlowTrainer trainer =
        new FlowTrainer(
            TrainingEngines.of(settings.engine()),
            detector,
            settings,
            new ProgressPrinter(out),
            Optional.of(checkpoint));
    TrainingResult result = trainer.train(normal, planned.plan());
    Path model = output.resolve("model.avro");
    BundleFiles.write(model, result.bundle());
    Optional<NewestTenth> newestTenth = trainer.newestTenth(normal, planned.plan());
    describe(out, model, result.bundle());
    newestTenth.map(NewestTenth::text).ifPresent(out::println);
    out.flush();
    Path page = writeReports(result, planned, newestTenth, model);
    out.printf("Report: %s%n", page);
    Checkpoints.delete(checkpoint);
    return ExitCode.OK;
  }

  /** What has been trained stays, and the checkpoint with it, where these cannot be written. */
  private Path writeReports(
      TrainingResult result, PlannedData planned, Optional<NewestTenth> newestTenth, Path model) {
    Path folder = report == null ? output : report;
    try {
      TrainingReport.writeJson(
          result, planned.fields(), newestTenth, output.resolve("training.json"));
      return RunReport.write(ReportedRun.of(result, planned.fields(), newestTenth), folder);
    } catch (IOException e) {
      throw new DataException(
          folder.resolve(RunReport.REPORT)
              + ": the report cannot be written: "
              + Causes.withKind(e)
              + "; the model is in "
              + model
              + ", and the same command writes the report without training anew",
          e);
    }
  }

  private PlannedData plannedData() throws IOException {
    if (features == null) {
      return PlannedData.inferred(records.source(), columns, records.label(), records.key());
    }
    if (!columns.isEmpty()) {
      throw new DataException("--columns and --features: expected one of them");
    }
    return PlannedData.read(records.source(), features, records.label(), records.key());
  }

  private void describe(PrintWriter out, Path file, ModelBundle bundle) {
    DensityModel model = bundle.record();
    TrainingSummary training = model.getTraining();
    out.printf(
        Locale.ROOT,
        "Model %s of detector %s in %s, trained in %.1f s, false-alarm budget %.3g %%%n",
        bundle.version(),
        detector,
        file,
        training.getSeconds(),
        100 * bundle.calibration().defaultBudget());
    SolverCertificate certificate = model.getSolver().getCertificate();
    out.printf(
        Locale.ROOT,
        "A score takes %.1f evaluations, and is within %.2g nats of the exact one for 99 %% of"
            + " %,d normal records%n",
        certificate.getMeanEvaluations(),
        certificate.getError99(),
        certificate.getRecords());
    if (training.getContamination() > 0) {
      out.printf(
          Locale.ROOT,
          "Set aside as the least probable, with %.3g %% possible anomalies: %,d calibration records,"
              + " so that the budget is that of the others, and %,d training records%n",
          100 * training.getContamination(),
          training.getSetAsideCalibration(),
          training.getSetAsideTraining());
    }
    OptionalDouble goodnessOfFit = bundle.calibration().goodnessOfFit();
    if (goodnessOfFit.isPresent() && goodnessOfFit.getAsDouble() < 0.01) {
      out.println(
          "The tail of the conformity scores fits its model badly (p below 0.01): take severities"
              + " beyond the calibration records as a rough guide");
    }
  }
}
