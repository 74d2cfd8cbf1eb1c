package io.lowtide.cli.models;

import io.lowtide.cli.ConnectionOptions;
import io.lowtide.cli.LowtideCommand;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.model.ModelPublisher;
import io.lowtide.kafka.topic.DefaultTopics;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.kafka.clients.producer.RecordMetadata;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lowtide publish}: puts a model bundle on the models topic. */
@Command(
    name = "publish",
    mixinStandardHelpOptions = true,
    description = "Verifies a model bundle and publishes it; running detectors then use it.")
public final class PublishCommand implements LowtideCommand {

  @Spec private CommandSpec command;

  @Parameters(paramLabel = "MODEL", description = "Model bundle, as training writes it (.avro).")
  private Path file;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = DefaultTopics.MODELS,
      description = "Compacted topic of the models, created if missing; default: ${DEFAULT-VALUE}.")
  private String topic;

  @Option(
      names = "--challenger",
      description =
          "Publish it as the challenger, which raises no alert and waits for `lowtide models promote`.")
  private boolean challenger;

  @Mixin private ConnectionOptions connection;

  @Override
  public Integer call() throws BundleException, IOException {
    ModelBundle bundle = BundleFiles.read(file);
    ModelPublisher publisher = new ModelPublisher(connection.settings());
    RecordMetadata sent =
        challenger ? publisher.publishChallenger(topic, bundle) : publisher.publish(topic, bundle);
    command
        .commandLine()
        .getOut()
        .printf(
            "Published model %s%s of detector %s: topic %s, offset %d, %,d bytes%n",
            bundle.version(),
            challenger ? " as challenger" : "",
            bundle.detector(),
            sent.topic(),
            sent.offset(),
            sent.serializedValueSize());
    return ExitCode.OK;
  }
}
