package io.lowtide.cli.models;

import io.lowtide.kafka.model.ModelCatalog;
import io.lowtide.kafka.model.StoredModel;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.RecordMetadata;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lowtide models promote}: makes the challenger the champion. */
@Command(
    name = "promote",
    mixinStandardHelpOptions = true,
    description = "Makes the challenger of a detector its champion, which running detectors use.")
final class PromoteModelCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Parameters(paramLabel = "DETECTOR", description = "Detector.")
  private String detector;

  @Mixin private ModelsTopic topic;

  @Override
  public Integer call() {
    ModelCatalog catalog = topic.read();
    StoredModel challenger = topic.model(catalog, detector, "challenger");
    topic.requireIntact(challenger);
    RecordMetadata sent = topic.publisher().promote(topic.name(), challenger);
    command
        .commandLine()
        .getOut()
        .printf(
            "Detector %s: %s is the champion now (before: %s), topic %s, offset %d%n",
            detector,
            challenger.version().orElseThrow(),
            catalog.champion(detector).flatMap(StoredModel::version).orElse("none"),
            sent.topic(),
            sent.offset());
    return ExitCode.OK;
  }
}
