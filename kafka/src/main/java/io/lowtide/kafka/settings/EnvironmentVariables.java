package io.lowtide.kafka.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Settings as environment variables: {@code LOWTIDE_ALERTS_TOPIC} stands for {@code alerts.topic}.
 * The prefix goes, letters become small, underscores become dots.
 */
final class EnvironmentVariables {

  /** Variables of the launcher, which are not settings. */
  private static final List<String> LAUNCHER_VARIABLES =
      List.of("LOWTIDE_HOME", "LOWTIDE_DATA", "LOWTIDE_JAVA_OPTIONS");

  /** Kubernetes sets these in every container beside a service whose name starts with lowtide. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("LOWTIDE_(\\w+_)?(SERVICE_(HOST|PORT)(_\\w+)?|PORT(_\\d+_(TCP|UDP)\\w*)?)");

  private EnvironmentVariables() {}

  /** The variables with the definition's prefix, but for those of others. */
  static List<Setting> settings(Map<String, String> environment, SettingsDefinition definition) {
    String prefix = definition.environmentPrefix();
    List<Setting> settings = new ArrayList<>();
    environment.forEach(
        (variable, value) -> {
          if (variable.startsWith(prefix)
              && !LAUNCHER_VARIABLES.contains(variable)
              && !isOfLongerPrefix(variable, prefix)) {
            String name =
                variable.substring(prefix.length()).toLowerCase(Locale.ROOT).replace('_', '.');
            if (definition.isKnown(name) || !SERVICE_LINK.matcher(variable).matches()) {
              settings.add(new Setting(name, value.strip(), variable, "environment"));
            }
          }
        });
    return settings;
  }

  private static boolean isOfLongerPrefix(String variable, String prefix) {
    return SettingsDefinition.ENVIRONMENT_PREFIXES.stream()
        .anyMatch(other -> other.length() > prefix.length() && variable.startsWith(other));
  }

  /** The variable that stands for a setting. */
  static String of(String name, SettingsDefinition definition) {
    return definition.environmentPrefix() + name.toUpperCase(Locale.ROOT).replace('.', '_');
  }
}
