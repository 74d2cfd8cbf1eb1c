package io.lowtide.kafka.connection;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Finds settings of the schema registry's client that must be numbers and are none: the client
 * refuses them without their name, or takes them and then fails at every request.
 */
final class RegistryNumbers {

  private static final Map<String, Integer> LARGEST =
      new TreeMap<>(
          Map.of(
              "http.connect.timeout.ms", Integer.MAX_VALUE,
              "http.read.timeout.ms", Integer.MAX_VALUE,
              "proxy.port", 65_535));

  private RegistryNumbers() {}

  /**
   * A line for each setting that is not the number it must be.
   *
   * @param settings by name, without the prefix
   */
  static Stream<String> problems(Map<String, String> settings) {
    return LARGEST.entrySet().stream()
        .filter(number -> settings.containsKey(number.getKey()))
        .filter(number -> !isWithin(settings.get(number.getKey()), number.getValue()))
        .map(
            number ->
                String.format(
                    Locale.ROOT,
                    "%s%s: %s, expected a whole number from 0 to %,d",
                    ConnectionSettings.REGISTRY_PREFIX,
                    number.getKey(),
                    settings.get(number.getKey()),
                    number.getValue()));
  }

  private static boolean isWithin(String text, int largest) {
    try {
      int number = Integer.parseInt(text);
      return number >= 0 && number <= largest;
    } catch (NumberFormatException noNumber) {
      return false;
    }
  }
}
