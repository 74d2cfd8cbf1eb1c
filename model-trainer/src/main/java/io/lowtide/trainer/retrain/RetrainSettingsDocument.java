package io.lowtide.trainer.retrain;

import io.lowtide.kafka.settings.SettingsTable;

/** The settings' documentation, generated from their definition. */
final class RetrainSettingsDocument {

  private static final String HEAD =
      """
      # Settings of retraining

      Generated from the code; change the definitions in `RetrainSettingDefinitions`, then run
      `mvn -pl stream-app,model-trainer -am test -Dtest='*DocumentTest' -Dupdate.pages -Dsurefire.failIfNoSpecifiedTests=false`.
      [retraining.md](retraining.md) says what they are for.

      Settings come from properties files (`lowtide retrain --config FILE`, which may be the stream application's, and may be given several times), then from environment variables,
      then from `--set NAME=VALUE`; the later one wins. The variable of a setting is `LOWTIDE_` and its name in capitals with underscores for dots. Every setting of
      [training](training-settings.md) is one of these with `training.` before its name (`training.iterations`), and with its own variable (`LOWTIDE_TRAINING_ITERATIONS`), before which it goes; a budget that is not
      stated is the champion's. Everything under `kafka.` and `registry.` is passed through to the clients.

      """;

  private RetrainSettingsDocument() {}

  /** The document, in Markdown. */
  static String markdown() {
    return HEAD + SettingsTable.markdown(RetrainSettingDefinitions.ALL);
  }
}
