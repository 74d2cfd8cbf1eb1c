package io.lowtide.cli.feedback;

import io.lowtide.cli.ConnectionOptions;
import io.lowtide.cli.LowtideCommand;
import io.lowtide.cli.OptionException;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.feedback.FeedbackTopic;
import io.lowtide.kafka.topic.DefaultTopics;
import io.lowtide.schemas.Feedback;
import io.lowtide.schemas.FeedbackVerdict;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lowtide feedback}: says whether an alert was one, and shows what was said. */
@Command(
    name = "feedback",
    mixinStandardHelpOptions = true,
    description = {
      "Says of an alert, or with --episode of an episode, whether there was something to it. Said"
          + " again, the last word counts.",
      "Without an id: shows what was said, and the precision of each level."
    })
public final class FeedbackCommand implements LowtideCommand {

  private static final int LONGEST_NOTE = 2_000;

  @Spec private CommandSpec command;

  @Parameters(
      paramLabel = "ID",
      arity = "0..1",
      description = "Id of the alert or episode, as `lowtide alerts` and `lowtide episodes` print.")
  private String id;

  @ArgGroup private Verdict verdict;

  /** One of the two. */
  static final class Verdict {

    @Option(names = "--normal", required = true, description = "It was a false alarm.")
    private boolean normal;

    @Option(names = "--anomaly", required = true, description = "There was something to it.")
    private boolean anomaly;
  }

  @Option(names = "--note", paramLabel = "TEXT", description = "What else there is to say.")
  private String note;

  @Option(
      names = "--episode",
      description = "The id is an episode's: it is said of all its records.")
  private boolean episode;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = DefaultTopics.FEEDBACK,
      description =
          "Compacted topic of what people say, created if missing; default: ${DEFAULT-VALUE}.")
  private String topic;

  @Option(
      names = "--alerts-topic",
      paramLabel = "TOPIC",
      defaultValue = DefaultTopics.ALERTS,
      description = "Topic of the alerts; default: ${DEFAULT-VALUE}.")
  private String alertsTopic;

  @Option(
      names = "--episodes-topic",
      paramLabel = "TOPIC",
      defaultValue = DefaultTopics.EPISODES,
      description = "Topic of the episodes; default: ${DEFAULT-VALUE}.")
  private String episodesTopic;

  @Mixin private ConnectionOptions connection;

  @Override
  public Integer call() {
    if (id == null) {
      requireNothingToSay();
      FeedbackTopic said = new FeedbackTopic(connection.settingsOrRunningDemo(), topic);
      command.commandLine().getOut().print(FeedbackReport.of(said.latest()));
      command.commandLine().getOut().flush();
      return ExitCode.OK;
    }
    if (verdict == null) {
      throw new OptionException("feedback " + id + ": expected --normal or --anomaly");
    }
    if (note != null && note.length() > LONGEST_NOTE) {
      throw new OptionException(
          "--note: " + note.length() + " characters, expected at most " + LONGEST_NOTE);
    }
    ConnectionSettings settings = connection.settingsOrRunningDemo();
    Instant now = Clock.systemUTC().instant().truncatedTo(ChronoUnit.MILLIS);
    Feedback about = new FeedbackSubject(settings, alertsTopic, episodesTopic).find(id, episode);
    Feedback feedback =
        Feedback.newBuilder(about)
            .setVerdict(verdict.normal ? FeedbackVerdict.NORMAL : FeedbackVerdict.ANOMALY)
            .setNote(note)
            .setGivenAt(now)
            .build();
    new FeedbackTopic(settings, topic).say(feedback);
    command.commandLine().getOut().println(FeedbackReport.line(feedback));
    command.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  private void requireNothingToSay() {
    if (verdict != null || note != null || episode) {
      throw new OptionException(
          "feedback: no ID, expected the id of the alert or episode that this is said of");
    }
  }
}
