package io.lowtide.kafka.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {

  @Test
  void shouldKnowEverySecretOfKafkasClients() {
    for (ConfigDef definition :
        List.of(
            AdminClientConfig.configDef(),
            ConsumerConfig.configDef(),
            ProducerConfig.configDef())) {
      definition
          .configKeys()
          .values()
          .forEach(
              key -> {
                if (key.type == ConfigDef.Type.PASSWORD) {
                  assertThat(Secrets.isSecret("kafka." + key.name)).as(key.name).isTrue();
                }
              });
    }
  }

  @ParameterizedTest
  @CsvSource({
    "registry.basic.auth.user.info, true",
    "LOWTIDE_REGISTRY_BASIC_AUTH_USER_INFO, true",
    "registry.bearer.auth.token, true",
    "registry.bearer.auth.client.secret, true",
    "registry.schema.registry.ssl.truststore.password, true",
    "kafka.producer.sasl.jaas.config, true",
    "registry.basic.auth.credentials.source, false",
    "kafka.sasl.oauthbearer.token.endpoint.url, false",
    "kafka.ssl.truststore.location, false",
    "kafka.ssl.keystore.type, false",
    "bootstrap.servers, false",
    "alerts.topic, false"
  })
  void shouldTellSecretsByTheirNames(String name, boolean secret) {
    assertThat(Secrets.isSecret(name)).isEqualTo(secret);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.PlainLoginModule required username=\"alice\" password=\"%s\";",
        "a.PlainLoginModule required username=\"alice\" password=\"%s;",
        "a.PlainLoginModule required username=\"alice password=\"%s\";",
        "a.PlainLoginModule required username=alice password=%s\";",
        "a.PlainLoginModule required username=\"alice\" password %s;",
        "a.PlainLoginModule password=\"%s\"",
        "password='%s' a.PlainLoginModule required",
        "%s required;",
        "username=alice;password=%s"
      })
  void shouldHideEveryWordOfAJaasEntryThatMayBeAPassword(String entry) {
    for (String password : List.of("hunter2", "c2VjcmV0cw==", "two words", "p=q;r'st")) {
      Secrets.remember("kafka.sasl.jaas.config", String.format(entry, password));
      for (String part : password.split("[ ;=']+")) {
        if (part.length() >= 3) {
          assertThat(Secrets.hide("Value not specified for key '" + part + "' in JAAS config"))
              .doesNotContain(part);
        }
      }
    }
    assertThat(Secrets.hide("No LoginModule found for a.PlainLoginModule, user alice, required"))
        .isEqualTo("No LoginModule found for a.PlainLoginModule, user alice, required");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cannot reach http://user:p4ss@host:8081/x | cannot reach http://[hidden]@host:8081/x",
        "Invalid url in bootstrap.servers: user:p4ss@host:9092 | Invalid url in bootstrap.servers:"
            + " [hidden]@host:9092",
        "https://p4sstoken@host is away | https://[hidden]@host is away",
        "http://user:p@ss/w@host | http://[hidden]@host",
        "Connection to node 1 (host/127.0.0.1:9092) failed | Connection to node 1"
            + " (host/127.0.0.1:9092) failed",
        "mail to ops@example.org | mail to ops@example.org"
      })
  void shouldHideUserAndPasswordInFrontOfAHost(String text, String shown) {
    assertThat(Secrets.hide(text)).isEqualTo(shown);
  }

  @Test
  void shouldHideAPasswordOfAUrlWhereverItComesBack() {
    Secrets.remember("schema.registry.url", "user:v3rys3cret%21@registry:8081");

    assertThat(Secrets.hide("refused: v3rys3cret!")).isEqualTo("refused: [hidden]");
    assertThat(Secrets.hide("refused: user:v3rys3cret%21")).isEqualTo("refused: [hidden]");
  }

  @Test
  void shouldHideEveryLineOfAKey() {
    Secrets.remember(
        "kafka.ssl.keystore.key",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----");

    assertThat(Secrets.hide("bad line hkiG9w0BAQEFAASC after MIIEvQIBADANBgkq"))
        .isEqualTo("bad line [hidden] after [hidden]");
    assertThat(Secrets.hide("expected -----BEGIN PRIVATE KEY-----"))
        .isEqualTo("expected -----BEGIN PRIVATE KEY-----");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--set kafka.ssl.key.password:t0psecret",
        "--set kafka.ssl.key.password t0psecret",
        "--set=registry.bearer.auth.token:t0psecret",
        "--kafka sasl.jaas.config:a.b.LoginModule_required_password=t0psecret;",
        "--password t0psecret"
      })
  void shouldHideASecretInAMalformedCommandLine(String line) {
    Secrets.rememberArguments(line.split(" "));

    assertThat(Secrets.hide("Unmatched argument: 't0psecret'")).doesNotContain("t0psecret");
  }

  @Test
  void shouldHideSecretsInTheWholeChainOfCauses() {
    Secrets.remember("kafka.ssl.key.password", "open-sesame");
    IOException root = new IOException("wrong: open-sesame");
    root.addSuppressed(new IOException("closing"));
    IllegalStateException fault = new IllegalStateException("outer", new RuntimeException(root));

    Throwable hidden = Secrets.hide(fault);

    assertThat(hidden).hasToString("java.lang.IllegalStateException: outer");
    assertThat(hidden).hasRootCauseMessage("wrong: [hidden]");
    assertThat(hidden.getStackTrace()).isEqualTo(fault.getStackTrace());
    assertThat(hidden).hasStackTraceContaining("IOException: wrong: [hidden]");
    Exception harmless = new Exception("nothing", new Exception("in here"));
    assertThat(Secrets.hide(harmless)).isSameAs(harmless);
  }
}
