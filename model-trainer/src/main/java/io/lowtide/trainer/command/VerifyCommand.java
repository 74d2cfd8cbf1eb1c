package io.lowtide.trainer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lowtide.cli.LowtideCommand;
import io.lowtide.cli.OptionException;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.trainer.data.RecordFiles;
import io.lowtide.trainer.data.RecordSource;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.feature.PlannedData;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.TrainingSettings;
import io.lowtide.trainer.report.ProgressPrinter;
import io.lowtide.trainer.retrain.RunVerification;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lowtide verify}: whether a model is what it says, and comes out again. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Checks a model bundle: its hash, its shapes, and that its probes score as the trainer says.",
      "With the data it was trained on (--data, as `lowtide train` had them, or --run, the folder of a"
          + " retraining) it trains once more, with the settings of training.json, and compares. The"
          + " same data, settings, seed, engine and machine give the same content.",
      "Ends with 0 if all of it is as it says, 3 if another model came out."
    })
public final class VerifyCommand implements LowtideCommand {

  private static final int ANOTHER_MODEL = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec command;

  @Parameters(paramLabel = "MODEL", description = "Model bundle (.avro).")
  private Path file;

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "Folder of the retraining that published the model, to train once more.")
  private Path run;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      arity = "1..*",
      description = "Records that the model was trained on, to train once more.")
  private List<Path> data = new ArrayList<>();

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      description = "Column that marks anomalies, as in training.")
  private String label;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      description = "Column of the message key, as in training.")
  private String key;

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      description = "Columns to learn, as in training.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = "--features",
      paramLabel = "FILE",
      description = "What each field is taken for, as in training.")
  private Path features;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "The training's training.json; without it that beside the model.")
  private Path report;

  @Mixin private FileOptions files;

  @Override
  public Integer call() throws BundleException, IOException {
    if (run != null && !data.isEmpty()) {
      throw new OptionException("--run and --data: expected one of them");
    }
    ModelBundle bundle = BundleFiles.read(file);
    PrintWriter out = command.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%s %s: hash and shapes are as they should be; %d probes score within %.3g nats of what the"
            + " trainer says%n",
        bundle.detector(),
        bundle.version(),
        bundle.record().getProbes().size(),
        bundle.largestProbeDifference());
    out.printf("content  %s%n", bundle.contentSha256());
    out.flush();
    if (run == null && data.isEmpty()) {
      return ExitCode.OK;
    }
    ModelBundle again =
        run == null
            ? trained(bundle, out)
            : RunVerification.again(run, bundle, new ProgressPrinter(out));
    return compare(bundle, again, out);
  }

  private ModelBundle trained(ModelBundle bundle, PrintWriter out) throws IOException {
    RecordSource source = RecordFiles.of(data, files.reading());
    PlannedData planned =
        features == null
            ? PlannedData.inferred(
                source, columns, Optional.ofNullable(label), Optional.ofNullable(key))
            : PlannedData.read(
                source, features, Optional.ofNullable(label), Optional.ofNullable(key));
    TrainingSettings settings = settings();
    return new FlowTrainer(
            TrainingEngines.of(settings.engine()),
            bundle.detector(),
            settings,
            new ProgressPrinter(out),
            Optional.empty())
        .train(planned.records().normal(), planned.plan())
        .bundle();
  }

  private TrainingSettings settings() throws IOException {
    Path told = report == null ? file.toAbsolutePath().resolveSibling("training.json") : report;
    if (!Files.exists(told)) {
      throw new OptionException(
          "--report: " + told + ": no such file, expected the training.json of the training");
    }
    JsonNode settings = JSON.readTree(Files.readAllBytes(told)).path("settings");
    Map<String, String> reported = new TreeMap<>();
    settings.properties().forEach(entry -> reported.put(entry.getKey(), entry.getValue().asText()));
    return TrainingSettings.ofReport(reported);
  }

  private static int compare(ModelBundle bundle, ModelBundle again, PrintWriter out) {
    out.printf("again    %s%n", again.contentSha256());
    if (bundle.contentSha256().equals(again.contentSha256())) {
      out.println("The same model came out");
      out.flush();
      return ExitCode.OK;
    }
    String data = bundle.record().getProvenance().getDataSha256();
    String dataAgain = again.record().getProvenance().getDataSha256();
    out.printf(
        "Another model came out: the data are %s, the features %s, the flow %s, the calibration %s;"
            + " it was made with Java %s and %s, here with Java %s and %s%n",
        same(data.equals(dataAgain)),
        same(bundle.record().getFeatures().equals(again.record().getFeatures())),
        same(bundle.record().getField().equals(again.record().getField())),
        same(bundle.record().getCalibration().equals(again.record().getCalibration())),
        bundle.record().getProvenance().getJavaVersion(),
        bundle.record().getProvenance().getBackend(),
        again.record().getProvenance().getJavaVersion(),
        again.record().getProvenance().getBackend());
    out.flush();
    return ANOTHER_MODEL;
  }

  private static String same(boolean isSame) {
    return isSame ? "the same" : "others";
  }
}
