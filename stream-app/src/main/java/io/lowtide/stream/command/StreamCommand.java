package io.lowtide.stream.command;

import io.lowtide.cli.CommandErrors;
import io.lowtide.cli.LowtideCommand;
import io.lowtide.cli.SettingsOptions;
import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.config.StreamSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** {@code lowtide stream}: scores records and publishes alerts until it is told to stop. */
@Command(
    name = "stream",
    mixinStandardHelpOptions = true,
    description = "Scores the records of Kafka topics and publishes alerts, until interrupted.",
    footer = {
      "",
      "Settings come from the file, then from environment variables (LOWTIDE_ALERTS_TOPIC is"
          + " alerts.topic), then from --set; the later one wins. docs/configuration.md lists them.",
      "Exit codes: 1 failed while running, 2 cannot start as configured."
    })
public final class StreamCommand implements LowtideCommand {

  @Mixin private SettingsOptions settings;

  @Override
  public Integer call() throws Exception {
    StreamApplication application = StreamApplication.start(StreamSettings.of(settings.sources()));
    Thread closing = new Thread(application::close, "lowtide-shutdown");
    Runtime.getRuntime().addShutdownHook(closing);
    application.awaitEnd();
    if (application.failure() == null) {
      return ExitCode.OK;
    }
    Runtime.getRuntime().removeShutdownHook(closing);
    application.close();
    // The log has told of any other, with its stack trace.
    if (application.failure() instanceof Exception failure && CommandErrors.isForPeople(failure)) {
      throw failure;
    }
    return ExitCode.SOFTWARE;
  }
}
