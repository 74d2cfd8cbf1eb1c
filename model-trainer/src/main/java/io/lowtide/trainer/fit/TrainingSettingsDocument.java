package io.lowtide.trainer.fit;

import io.lowtide.kafka.settings.SettingsTable;

/** The settings' documentation, generated from their definition. */
final class TrainingSettingsDocument {

  private static final String HEAD =
      """
      # Training settings

      Generated from the code; change the definitions in `TrainingSettingDefinitions`, then run
      `mvn -pl stream-app,model-trainer -am test -Dtest='*DocumentTest' -Dupdate.pages -Dsurefire.failIfNoSpecifiedTests=false`.

      Settings come from a properties file (`lowtide train --config FILE`), then from environment variables, then from `--set NAME=VALUE`;
      the later one wins. The variable of a setting is `LOWTIDE_TRAINING_` and its name in capitals with underscores for dots:
      `LOWTIDE_TRAINING_BATCH_SIZE` is `batch.size`. A name that is none of these stops the start.

      """;

  private TrainingSettingsDocument() {}

  /** The document, in Markdown. */
  static String markdown() {
    return HEAD + SettingsTable.markdown(TrainingSettingDefinitions.ALL);
  }
}
