package io.lowtide.cli.alerts;

import io.lowtide.cli.ConnectionOptions;
import io.lowtide.cli.LowtideCommand;
import io.lowtide.kafka.alert.MessageReader;
import io.lowtide.kafka.topic.DefaultTopics;
import io.lowtide.schemas.Episode;
import java.time.Clock;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lowtide episodes}: prints what is told of episodes. */
@Command(
    name = "episodes",
    mixinStandardHelpOptions = true,
    description = {
      "Prints what is told of episodes: that one was opened, got worse, was closed or reopened. A"
          + " line each.",
      "An episode is within --from and --until if it overlaps with the time between them."
    })
public final class EpisodesCommand implements LowtideCommand {

  @Spec private CommandSpec command;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = DefaultTopics.EPISODES,
      description = "Topic of the episodes; default: ${DEFAULT-VALUE}.")
  private String topic;

  @Mixin private ReadingOptions reading;

  @Mixin private ConnectionOptions connection;

  @Override
  public Integer call() {
    Clock clock = Clock.systemUTC();
    MessageFilter filter = reading.filter(clock);
    Printing<Episode> printing =
        new Printing<>(
            command.commandLine().getOut(),
            reading.limit(),
            filter::accepts,
            reading.json() ? AvroJson::line : EpisodePrinter::line);
    if (printing.isWanted()) {
      try (MessageReader<Episode> reader =
          new MessageReader<>(
              connection.settingsOrRunningDemo(), topic, Episode.class, reading.start(clock))) {
        reader.read(reading.follow(), printing);
      }
    }
    return ExitCode.OK;
  }
}
