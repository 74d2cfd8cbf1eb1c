package io.lowtide.kafka.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.kafka.settings.SettingsException;
import io.lowtide.kafka.settings.SettingsSources;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionSettingsTest {

  private static final Map<String, String> REQUIRED =
      Map.of(
          "bootstrap.servers", "broker:9092",
          "schema.registry.url", "http://registry:8081");

  private static ConnectionSettings with(String name, String value) {
    Map<String, String> settings = new HashMap<>(REQUIRED);
    settings.put(name, value);
    return ConnectionSettings.of(SettingsSources.none().with(settings, "settings"));
  }

  @Test
  void shouldReadOnlyTheConnectionOfACommandThatNeedsNoMore() {
    ConnectionSettings connection =
        ConnectionSettings.of(
            SettingsSources.none()
                .with(
                    Map.of(
                        "bootstrap.servers", "broker:9092",
                        "schema.registry.url", "http://registry:8081",
                        "kafka.security.protocol", "SSL",
                        "alerts.topic", "alerts"),
                    "settings"));

    assertThat(connection.kafka())
        .isEqualTo(Map.of("bootstrap.servers", "broker:9092", "security.protocol", "SSL"));
    assertThat(connection.registry()).containsEntry("schema.registry.url", "http://registry:8081");
  }

  @ParameterizedTest
  @CsvSource({
    "bootstrap.server, bootstrap.servers",
    "kafak.security.protocol, kafka.security.protocol",
    "registy.basic.auth.user.info, registry.basic.auth.user.info"
  })
  void shouldSuggestTheNearestNameForAMisspeltOneAmongSettingsOfOthers(
      String misspelt, String meant) {
    assertThatThrownBy(() -> with(misspelt, "x"))
        .isInstanceOf(SettingsException.class)
        .hasMessage(misspelt + " (settings): no such setting; did you mean " + meant + "?");
  }

  @Test
  void shouldRefuseASettingThatPassesThroughButHasANameOfItsOwn() {
    assertThatThrownBy(() -> with("kafka.bootstrap.servers", "other:9092"))
        .hasMessageContaining("use bootstrap.servers");
    assertThatThrownBy(() -> with("registry.schema.registry.url", "x"))
        .hasMessageContaining("use schema.registry.url");
  }

  @ParameterizedTest
  @CsvSource({
    "http.read.timeout.ms, soon, '2,147,483,647'",
    "http.connect.timeout.ms, -1, '2,147,483,647'",
    "http.read.timeout.ms, 4e3, '2,147,483,647'",
    "http.read.timeout.ms, 3000000000, '2,147,483,647'",
    "proxy.port, http, '65,535'",
    "proxy.port, 70000, '65,535'"
  })
  void shouldNameASettingOfTheRegistryThatIsNotTheNumberItMustBe(
      String name, String value, String most) {
    assertThatThrownBy(() -> with("registry." + name, value))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "registry." + name + ": " + value + ", expected a whole number from 0 to " + most);
  }

  @Test
  void shouldTakeNumbersOfTheRegistryAsItsClientDoes() {
    assertThat(with("registry.http.read.timeout.ms", "0").registry())
        .containsEntry("http.read.timeout.ms", "0");
    assertThat(with("registry.proxy.port", "8080").registry()).containsEntry("proxy.port", "8080");
  }

  @Test
  void shouldNameEverythingThatIsMissing() {
    assertThatThrownBy(() -> ConnectionSettings.of(SettingsSources.none()))
        .isInstanceOfSatisfying(SettingsException.class, e -> assertThat(e.problems()).hasSize(2))
        .hasMessageContaining("bootstrap.servers")
        .hasMessageContaining("schema.registry.url");
  }

  @Test
  void shouldTakeVariablesOfTheEnvironment() {
    ConnectionSettings connection =
        ConnectionSettings.of(
            SettingsSources.none()
                .withEnvironment(
                    Map.of(
                        "LOWTIDE_BOOTSTRAP_SERVERS", "broker:9092",
                        "LOWTIDE_SCHEMA_REGISTRY_URL", "http://registry:8081",
                        "LOWTIDE_KAFKA_SECURITY_PROTOCOL", "SSL",
                        "LOWTIDE_DETECTOR", "press-line",
                        "LOWTIDE_TRAINING_BUDGET", "0.1")));

    assertThat(connection.kafka()).containsEntry("security.protocol", "SSL").hasSize(2);
  }
}
