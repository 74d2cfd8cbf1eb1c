package io.lowtide.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.RuntimeClassPath;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The trainer's image holds what this module needs at run time. */
class DependenciesTest {

  @Test
  void shouldNeedNothingOfCudaButWhatTheDriverBringsAlong() throws IOException {
    assertThat(RuntimeClassPath.jars())
        .anyMatch(jar -> jar.startsWith("jna-"))
        .anyMatch(jar -> jar.startsWith("model-trainer"))
        .noneMatch(jar -> jar.startsWith("cuda-") && !jar.startsWith("cuda-engine"))
        .noneMatch(jar -> jar.startsWith("kafka_2"))
        .noneMatch(jar -> jar.startsWith("kafka-streams"))
        .noneMatch(jar -> jar.startsWith("stream-app"))
        .noneMatch(jar -> jar.startsWith("quickstart"));
  }
}
