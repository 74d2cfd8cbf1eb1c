package io.lowtide.stream.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeyTextTest {

  @Test
  void shouldShowTextAsText() {
    assertThat(KeyText.of("Presse 7 ä".getBytes(StandardCharsets.UTF_8))).isEqualTo("Presse 7 ä");
    assertThat(KeyText.of(new byte[0])).isEmpty();
  }

  @Test
  void shouldShowOtherBytesInHexadecimal() {
    assertThat(KeyText.of(new byte[] {(byte) 0xc3, 0x28})).isEqualTo("c328");
    assertThat(KeyText.of(new byte[] {0, 0, 0, 5})).isEqualTo("00000005");
  }

  @Test
  void shouldShowNoKeyAsNone() {
    assertThat(KeyText.of(null)).isNull();
  }
}
