package io.lowtide.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ConsoleEncodingTest {

  @Test
  void shouldBeUtf8WhereTheLocaleIsThatOfNoLanguage() {
    assertThat(ConsoleEncoding.of("ANSI_X3.4-1968")).isEqualTo(StandardCharsets.UTF_8);
    assertThat(ConsoleEncoding.of("US-ASCII")).isEqualTo(StandardCharsets.UTF_8);
    assertThat(ConsoleEncoding.of("cp0")).isEqualTo(StandardCharsets.UTF_8);
  }

  @Test
  void shouldBeThatOfTheLocaleElsewhere() {
    assertThat(ConsoleEncoding.of("ISO-8859-1")).isEqualTo(StandardCharsets.ISO_8859_1);
    assertThat(ConsoleEncoding.of("UTF-8")).isEqualTo(StandardCharsets.UTF_8);
  }
}
