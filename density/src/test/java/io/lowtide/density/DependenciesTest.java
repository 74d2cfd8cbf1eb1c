package io.lowtide.density;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DependenciesTest {

  /** The contracts, Avro with what it needs itself, and the facade of logging. */
  private static final List<String> EXPECTED =
      List.of("schemas", "avro-", "jackson-", "commons-", "slf4j-api-");

  @Test
  void shouldScoreWithAvroAlone() throws IOException {
    List<String> jars = RuntimeClassPath.jars();
    for (String expected : EXPECTED) {
      assertThat(jars).anyMatch(jar -> jar.startsWith(expected));
    }
    assertThat(jars).allMatch(jar -> EXPECTED.stream().anyMatch(jar::startsWith));
  }
}
