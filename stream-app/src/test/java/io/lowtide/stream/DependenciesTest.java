package io.lowtide.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.RuntimeClassPath;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The stream application's image holds what this module needs at run time. */
class DependenciesTest {

  @Test
  void shouldStreamWithoutTheTrainerItsNativeCodeOrABroker() throws IOException {
    assertThat(RuntimeClassPath.jars())
        .anyMatch(jar -> jar.startsWith("kafka-streams-"))
        .anyMatch(jar -> jar.startsWith("cli"))
        .noneMatch(jar -> jar.startsWith("nd4j"))
        .noneMatch(jar -> jar.startsWith("openblas"))
        .noneMatch(jar -> jar.startsWith("javacpp"))
        .noneMatch(jar -> jar.startsWith("model-trainer"))
        .noneMatch(jar -> jar.startsWith("kafka_2"))
        .noneMatch(jar -> jar.startsWith("kafka-server"))
        .noneMatch(jar -> jar.startsWith("quickstart"));
  }
}
