package io.lowtide.stream.cli;

import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.config.SettingsSources;
import io.lowtide.stream.config.StreamSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
public final class StreamCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Option(names = "--config", paramLabel = "FILE", description = "Properties file.")
  private Path config;

  @Option(names = "--set", paramLabel = "NAME=VALUE", description = "One setting; may be repeated.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Override
  public Integer call() throws Exception {
    return UserErrors.report(command, this::run);
  }

  private int run() throws Exception {
    SettingsSources sources = SettingsSources.none();
    if (config != null) {
      sources = sources.withFile(config);
    }
    StreamSettings settings =
        StreamSettings.of(sources.withEnvironment(System.getenv()).with(overrides, "command line"));
    StreamApplication application = StreamApplication.start(settings);
    Thread closing = new Thread(application::close, "lowtide-shutdown");
    Runtime.getRuntime().addShutdownHook(closing);
    application.awaitEnd();
    if (application.failure() == null) {
      return ExitCode.OK;
    }
    Runtime.getRuntime().removeShutdownHook(closing);
    application.close();
    if (UserErrors.isForUser(application.failure())) {
      command
          .commandLine()
          .getErr()
          .println(command.qualifiedName() + ": " + UserErrors.message(application.failure()));
      return UserErrors.EXIT_CODE;
    }
    return ExitCode.SOFTWARE;
  }
}
