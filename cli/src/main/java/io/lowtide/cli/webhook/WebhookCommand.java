package io.lowtide.cli.webhook;

import io.lowtide.cli.ConnectionOptions;
import io.lowtide.cli.LowtideCommand;
import io.lowtide.cli.OptionException;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.topic.DefaultTopics;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.SeverityLevel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lowtide webhook}: posts what is told of episodes to a URL. */
@Command(
    name = "webhook",
    mixinStandardHelpOptions = true,
    description = {
      "Posts each message about an episode to a URL, as JSON, signed, at least once, until it is"
          + " stopped.",
      "docs/consuming.md says what is sent, and what becomes of it when the receiver is away, slow,"
          + " or answers otherwise than with 2xx."
    })
public final class WebhookCommand implements LowtideCommand {

  /** A consumer that does not ask for longer than this is taken for gone. */
  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(2);

  private static final Duration LONGEST_END = Duration.ofSeconds(15);

  @Option(
      names = "--url",
      paramLabel = "URL",
      required = true,
      description = "Where to post: http or https.")
  private String url;

  @Option(
      names = "--secret-file",
      paramLabel = "FILE",
      required = true,
      description =
          "File that holds the secret of the signature, at least 16 bytes; white space around it"
              + " does not count.")
  private Path secretFile;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = DefaultTopics.EPISODES,
      description = "Topic of the episodes; default: ${DEFAULT-VALUE}.")
  private String topic;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      defaultValue = "lowtide-webhook",
      description =
          "Consumer group that keeps the position; another one for each receiver. Default:"
              + " ${DEFAULT-VALUE}.")
  private String group;

  @Option(
      names = "--from",
      paramLabel = "WHERE",
      defaultValue = "end",
      description =
          "Where a group without a position begins: beginning or end. Default: ${DEFAULT-VALUE}.")
  private String from;

  @Option(
      names = "--severity",
      paramLabel = "LEVEL",
      description =
          "Post episodes of this level and above: LOW, MEDIUM, HIGH, CRITICAL. Those of records"
              + " without a score are always posted.")
  private String severity;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "PT10S",
      description = "Until an attempt counts as failed, at most PT2M. Default: ${DEFAULT-VALUE}.")
  private String timeout;

  @Option(
      names = "--longest-wait",
      paramLabel = "DURATION",
      defaultValue = "PT5M",
      description = "Longest wait between two attempts. Default: ${DEFAULT-VALUE}.")
  private String longestWait;

  @Mixin private ConnectionOptions connection;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Receiver receiver =
        new Receiver(
            target(),
            Signature.withSecretIn(secretFile),
            duration("--timeout", timeout, LONGEST_TIMEOUT),
            Clock.systemUTC());
    Duration wait = duration("--longest-wait", longestWait, Duration.ofDays(1));
    SeverityLevel level = severity == null ? null : level();
    ConnectionSettings settings = connection.settingsOrRunningDemo();
    CountDownLatch ended = new CountDownLatch(1);
    try (EpisodeCourier courier =
        new EpisodeCourier(
            settings,
            topic,
            group,
            isFromBeginning(),
            episode -> isSevere(episode, level),
            new Persistence(receiver, wait))) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(courier, ended), "webhook-end"));
      courier.run();
    } finally {
      ended.countDown();
    }
    return ExitCode.OK;
  }

  /** The process lives until its hooks have ended: so long the position can be committed. */
  private static void end(EpisodeCourier courier, CountDownLatch ended) {
    courier.stop();
    try {
      ended.await(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private URI target() {
    try {
      URI target = URI.create(url.strip());
      boolean isHttp =
          "http".equalsIgnoreCase(target.getScheme())
              || "https".equalsIgnoreCase(target.getScheme());
      if (isHttp && target.getHost() != null && target.getUserInfo() == null) {
        return target;
      }
    } catch (IllegalArgumentException unreadable) {
      // Told below, without the value: it may hold a secret.
    }
    throw new OptionException(
        "--url: not as expected, http://HOST/... or https://HOST/... without user and password");
  }

  private static Duration duration(String option, String text, Duration longest) {
    try {
      Duration duration = Duration.parse(text);
      if (duration.compareTo(Duration.ofMillis(1)) >= 0 && duration.compareTo(longest) <= 0) {
        return duration;
      }
    } catch (DateTimeParseException unreadable) {
      // Told below, like one that is out of range.
    }
    throw new OptionException(
        option + ": " + text + ", expected a duration such as PT10S, at most " + longest);
  }

  private boolean isFromBeginning() {
    return switch (from.toLowerCase(Locale.ROOT)) {
      case "beginning" -> true;
      case "end" -> false;
      default -> throw new OptionException("--from: " + from + ", expected beginning or end");
    };
  }

  private SeverityLevel level() {
    return Arrays.stream(SeverityLevel.values())
        .filter(level -> level.name().equalsIgnoreCase(severity))
        .findFirst()
        .orElseThrow(
            () ->
                new OptionException(
                    "--severity: " + severity + ", expected one of LOW, MEDIUM, HIGH, CRITICAL"));
  }

  private static boolean isSevere(Episode episode, SeverityLevel level) {
    return level == null
        || episode.getWorst() == null
        || episode.getWorst().getLevel().compareTo(level) >= 0;
  }
}
