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

/** {@code lowtide models withdraw}: takes the challenger off the topic. */
@Command(
    name = "withdraw",
    mixinStandardHelpOptions = true,
    description =
        "Takes the challenger of a detector off the models topic, by one message: running detectors"
            + " compare it no more. The champion stays as it is.")
final class WithdrawModelCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Parameters(paramLabel = "DETECTOR", description = "Detector.")
  private String detector;

  @Mixin private ModelsTopic topic;

  @Override
  public Integer call() {
    ModelCatalog catalog = topic.read();
    StoredModel challenger = topic.model(catalog, detector, "challenger");
    RecordMetadata sent = topic.publisher().withdraw(topic.name(), detector);
    command
        .commandLine()
        .getOut()
        .printf(
            "Detector %s: challenger %s is withdrawn, topic %s, offset %d%n",
            detector,
            challenger.version().orElse("that fails its checks"),
            sent.topic(),
            sent.offset());
    return ExitCode.OK;
  }
}
