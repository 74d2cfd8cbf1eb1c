package io.lowtide.kafka.connection;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;

/**
 * Finds what is wrong with settings of security while their names are at hand: the clients that are
 * made of them name a class and a file at best, and repeat passwords at worst.
 */
final class SecuritySettings {

  private SecuritySettings() {}

  /**
   * A line for each setting that no client can be made with.
   *
   * @param prefix of the names, as people write them
   * @param settings by name, without the prefix
   */
  static Stream<String> problems(String prefix, Map<String, String> settings) {
    return settings.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .flatMap(
            setting ->
                problem(setting.getKey(), setting.getValue())
                    .map(text -> prefix + setting.getKey() + ": " + text)
                    .stream());
  }

  private static Optional<String> problem(String name, String value) {
    if (name.endsWith(SaslConfigs.SASL_JAAS_CONFIG)) {
      return isJaasEntry(value)
          ? Optional.empty()
          : Optional.of(
              "not an entry of JAAS (not shown: it may hold a password); expected"
                  + " LOGIN_MODULE_CLASS required NAME=\"VALUE\" ...; with both quotes around each"
                  + " value and a semicolon at the end");
    }
    if (name.endsWith("truststore.location") || name.endsWith("keystore.location")) {
      return Files.isReadable(Path.of(value)) && !Files.isDirectory(Path.of(value))
          ? Optional.empty()
          : Optional.of(value + ", expected a file that can be read");
    }
    return Optional.empty();
  }

  private static boolean isJaasEntry(String value) {
    try {
      JaasContext.loadClientContext(Map.of(SaslConfigs.SASL_JAAS_CONFIG, new Password(value)));
      return true;
    } catch (IllegalArgumentException | KafkaException repeatsTheValue) {
      return false;
    }
  }
}
