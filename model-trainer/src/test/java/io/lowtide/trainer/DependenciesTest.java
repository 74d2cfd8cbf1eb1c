package io.lowtide.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.RuntimeClassPath;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The trainer's image holds what this module needs at run time. */
class DependenciesTest {

  @Test
  void shouldTrainAndPublishWithoutABrokerOrAStream() throws IOException {
    assertThat(RuntimeClassPath.jars())
        .anyMatch(jar -> jar.startsWith("nd4j-"))
        .anyMatch(jar -> jar.startsWith("kafka-clients-"))
        .anyMatch(jar -> jar.startsWith("cli"))
        .noneMatch(jar -> jar.startsWith("kafka_2"))
        .noneMatch(jar -> jar.startsWith("kafka-server"))
        .noneMatch(jar -> jar.startsWith("kafka-metadata"))
        .noneMatch(jar -> jar.startsWith("kafka-streams"))
        .noneMatch(jar -> jar.startsWith("rocksdbjni"))
        .noneMatch(jar -> jar.startsWith("stream-app"))
        .noneMatch(jar -> jar.startsWith("quickstart"));
  }
}
