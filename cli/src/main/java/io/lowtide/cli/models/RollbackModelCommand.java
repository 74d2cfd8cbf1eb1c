package io.lowtide.cli.models;

import io.lowtide.cli.OptionException;
import io.lowtide.kafka.model.ModelCatalog;
import io.lowtide.kafka.model.StoredModel;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.RecordMetadata;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lowtide models rollback}: makes an earlier version the champion again. */
@Command(
    name = "rollback",
    mixinStandardHelpOptions = true,
    description =
        "Makes an earlier version of a detector its champion again, by one message; running detectors"
            + " use it at once.")
final class RollbackModelCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Parameters(paramLabel = "DETECTOR", description = "Detector.")
  private String detector;

  @Option(
      names = "--to",
      paramLabel = "VERSION",
      description =
          "Version to go back to; without it the one that the champion was compared with when it was"
              + " published, or else the one published before it.")
  private String version;

  @Mixin private ModelsTopic topic;

  @Override
  public Integer call() {
    ModelCatalog catalog = topic.read();
    StoredModel wanted =
        version == null ? before(catalog) : topic.model(catalog, detector, version);
    topic.requireIntact(wanted);
    String inUse = catalog.champion(detector).flatMap(StoredModel::version).orElse("none");
    String back = wanted.version().orElseThrow();
    if (back.equals(inUse)) {
      throw new OptionException(
          "--to: " + back + " is the champion of detector " + detector + ", expected another one");
    }
    RecordMetadata sent = topic.publisher().putInUse(topic.name(), wanted);
    command
        .commandLine()
        .getOut()
        .printf(
            "Detector %s: back to %s (before: %s), topic %s, offset %d%n",
            detector, back, inUse, sent.topic(), sent.offset());
    return ExitCode.OK;
  }

  private StoredModel before(ModelCatalog catalog) {
    topic.requireDetector(catalog, detector);
    return catalog
        .beforeChampion(detector)
        .orElseThrow(
            () ->
                new OptionException(
                    "detector "
                        + detector
                        + ": no version before the champion on "
                        + topic.name()
                        + ", which has "
                        + catalog.versionNames(detector)));
  }
}
