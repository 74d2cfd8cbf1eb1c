package io.lowtide.trainer.command;

import io.lowtide.cli.ConnectionOptions;
import io.lowtide.cli.OptionException;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.BudgetException;
import io.lowtide.density.calibration.FollowingCalibration;
import io.lowtide.kafka.alert.MessageReader;
import io.lowtide.kafka.alert.Printable;
import io.lowtide.kafka.settings.Validators;
import io.lowtide.kafka.topic.StartingPoint;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.trainer.evaluation.AlertRules;
import io.lowtide.trainer.evaluation.ReplayedAlerts;
import io.lowtide.trainer.evaluation.ScoreReplay;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of a replay of stored scores. */
final class WhatIfOptions {

  /** As the stream has it unless it is set. */
  private static final Duration WINDOW = Duration.ofMinutes(5);

  /** As the stream has it unless it is set. */
  private static final Duration SILENCE = Duration.ofMinutes(15);

  @Option(
      names = "--what-if",
      description =
          "Replay the scores of a topic under another budget, window or silence, and print what the"
              + " alerts would have been. Needs no --data.")
  private boolean whatIf;

  @Option(
      names = "--scores-topic",
      paramLabel = "TOPIC",
      defaultValue = "lowtide.scores",
      description = "Topic of the scores, scores.topic of the stream; default: ${DEFAULT-VALUE}.")
  private String topic;

  @Option(
      names = "--detector",
      paramLabel = "NAME",
      description = "Detector whose scores count, where the topic has those of several.")
  private String detector;

  @Option(
      names = "--budget",
      paramLabel = "SHARE",
      description = "What if this were the false-alarm budget; otherwise the one of the scores.")
  private Double budget;

  @Option(
      names = "--window",
      paramLabel = "DURATION",
      description = "What if this were the suppression.window; otherwise PT5M.")
  private String window;

  @Option(
      names = "--silence",
      paramLabel = "DURATION",
      description = "What if this were the episode.silence; otherwise PT15M.")
  private String silence;

  @Option(
      names = "--calibration-window",
      paramLabel = "N",
      description =
          "What if this were the calibration.window of the stream; needs --model, whose scores"
              + " alone are replayed then.")
  private Integer calibrationWindow;

  @Option(names = "--list", description = "Print each of the alerts, too.")
  private boolean list;

  @Mixin private ConnectionOptions connection;

  /** Whether a replay is asked for. */
  boolean isAsked() {
    return whatIf;
  }

  /**
   * Replays, and prints.
   *
   * @param model bundle whose calibration is to follow its scores, if it is
   * @throws OptionException if an option is not as expected, or there is no score
   */
  void run(PrintWriter out, Optional<Path> model) throws BundleException, IOException {
    if (budget != null && !(budget > 0 && budget < 1)) {
      throw new OptionException("--budget: " + budget + ", expected between 0 and 1");
    }
    AlertRules asItWas = new AlertRules(OptionalDouble.empty(), WINDOW, SILENCE);
    AlertRules instead =
        new AlertRules(
            budget == null ? OptionalDouble.empty() : OptionalDouble.of(budget),
            duration("--window", window, WINDOW, Duration.ZERO),
            duration("--silence", silence, SILENCE, Duration.ofSeconds(1)));
    Optional<ModelBundle> followed =
        calibrationWindow == null ? Optional.empty() : Optional.of(followed(model));
    ScoreReplay scores = read();
    ScoreReplay ranked = scores;
    if (followed.isPresent()) {
      scores = ofModel(scores, followed.get());
      ranked =
          scores.following(
              followed.get().calibration(), budgetOf(followed.get()), calibrationWindow);
    }
    ReplayedAlerts result = ranked.under(instead);
    print(out, asItWas, scores.under(asItWas), instead, result);
    if (followed.isPresent()) {
      out.printf(
          Locale.ROOT,
          "%nRanked for a budget of %s, %s%n",
          budgetOf(followed.get()),
          budget == null
              ? "the model's; where the stream has another alert.budget, give it as --budget"
              : "that of --budget");
    }
    if (list) {
      out.println();
      for (ReplayedAlerts.Alert alert : result.alerts()) {
        out.printf(
            Locale.ROOT,
            "%s  %s  p = %.3g  %s-%d-%d%n",
            alert.eventTime(),
            alert.key() == null ? "no key" : Printable.of(alert.key()),
            alert.pValue(),
            alert.source().getTopic(),
            alert.source().getPartition(),
            alert.source().getOffset());
      }
    }
    out.flush();
  }

  private ScoreReplay ofModel(ScoreReplay scores, ModelBundle bundle) {
    ScoreReplay chosen = scores.ofModel(bundle.version());
    if (chosen.size() == 0) {
      throw new OptionException(
          "--model: " + topic + " has no score of version " + bundle.version() + ", expected some");
    }
    return chosen;
  }

  /** The model whose scores are ranked anew, checked before a topic is read, which takes long. */
  private ModelBundle followed(Optional<Path> model) throws BundleException, IOException {
    if (calibrationWindow < 1 || calibrationWindow > FollowingCalibration.LARGEST_WINDOW) {
      throw new OptionException(
          "--calibration-window: "
              + calibrationWindow
              + ", expected 1 to "
              + FollowingCalibration.LARGEST_WINDOW);
    }
    ModelBundle bundle =
        BundleFiles.read(
            model.orElseThrow(
                () ->
                    new OptionException(
                        "--calibration-window: expected --model=FILE, whose calibration is to"
                            + " follow its scores")));
    try {
      FollowingCalibration.requireBudget(budgetOf(bundle), calibrationWindow);
    } catch (BudgetException e) {
      throw new OptionException("--calibration-window: " + e.getMessage());
    }
    return bundle;
  }

  private double budgetOf(ModelBundle bundle) {
    return budget == null ? bundle.calibration().defaultBudget() : budget;
  }

  private ScoreReplay read() {
    GeneratedClasses.trust();
    ScoreReplay scores = new ScoreReplay();
    Set<String> detectors = new TreeSet<>();
    try (MessageReader<ScoredRecord> reader =
        new MessageReader<>(
            connection.settingsOrRunningDemo(),
            topic,
            ScoredRecord.class,
            new StartingPoint.Beginning())) {
      reader.read(
          false,
          score -> {
            if (detector == null || detector.equals(score.getDetector())) {
              detectors.add(score.getDetector());
              scores.add(score);
            }
            return true;
          });
    }
    if (detectors.isEmpty()) {
      throw new OptionException(
          "--scores-topic: "
              + topic
              + " has no score"
              + (detector == null ? "" : " of detector " + detector)
              + ", expected some to replay");
    }
    if (detectors.size() > 1) {
      throw new OptionException(
          "--detector: missing, and topic "
              + topic
              + " has scores of several, expected one of "
              + String.join(", ", detectors));
    }
    return scores;
  }

  private void print(
      PrintWriter out,
      AlertRules asItWas,
      ReplayedAlerts before,
      AlertRules instead,
      ReplayedAlerts after) {
    row(out, "", "as it was", "what if");
    row(out, "budget", budget(asItWas), budget(instead));
    if (calibrationWindow != null) {
      row(out, "calibration.window", "of the scores", calibrationWindow);
    }
    row(out, "suppression.window", asItWas.window(), instead.window());
    row(out, "episode.silence", asItWas.silence(), instead.silence());
    row(out, "scored", before.scored(), after.scored());
    row(out, "flagged", before.flagged(), after.flagged());
    row(out, "  alerts", before.alerts().size(), after.alerts().size());
    row(out, "  withheld", before.withheld(), after.withheld());
    row(out, "  episodes", before.episodes(), after.episodes());
  }

  private static Object budget(AlertRules rules) {
    return rules.budget().isPresent() ? rules.budget().getAsDouble() : "of the scores";
  }

  private static void row(PrintWriter out, String name, Object before, Object after) {
    out.printf(Locale.ROOT, "%-20s %14s %14s%n", name, text(before), text(after));
  }

  private static String text(Object value) {
    return value instanceof Long || value instanceof Integer
        ? String.format(Locale.ROOT, "%,d", value)
        : value.toString();
  }

  private static Duration duration(
      String option, String text, Duration otherwise, Duration atLeast) {
    if (text == null) {
      return otherwise;
    }
    try {
      Duration duration = Duration.parse(text);
      if (duration.compareTo(atLeast) >= 0
          && duration.compareTo(Validators.LONGEST_DURATION) <= 0) {
        return duration;
      }
    } catch (DateTimeParseException unreadable) {
      // Told below, like one that is too short or too long.
    }
    throw new OptionException(
        option
            + ": "
            + text
            + ", expected a duration such as PT5M, from "
            + atLeast
            + " to "
            + Validators.LONGEST_DURATION_TEXT);
  }
}
