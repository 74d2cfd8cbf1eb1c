package io.lowtide.stream.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostNamesTest {

  private static final InetSocketAddress LOOPBACK = new InetSocketAddress("127.0.0.1", 8085);
  private static final InetSocketAddress ANYWHERE = new InetSocketAddress("0.0.0.0", 8085);

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST", "127.0.0.1", "[::1]"})
  void shouldTakeTheNamesOfLoopbackOnLoopback(String name) {
    assertThat(HostNames.of(LOOPBACK, List.of()).allow(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""})
  void shouldTakeNoOtherNameOnLoopback(String name) {
    assertThat(HostNames.of(LOOPBACK, List.of()).allow(name)).isFalse();
  }

  @Test
  void shouldTakeTheNamesThatAreGiven() {
    HostNames names = HostNames.of(LOOPBACK, List.of("Watch.Example"));
    assertThat(names.allow("watch.example")).isTrue();
    assertThat(names.allow("localhost")).isTrue();
    assertThat(names.allow("other.example")).isFalse();
  }

  @Test
  void shouldTakeAnyNameElsewhereUnlessSomeAreGiven() {
    assertThat(HostNames.of(ANYWHERE, List.of()).allow("machine.example")).isTrue();
    assertThat(HostNames.of(ANYWHERE, List.of("machine.example")).allow("evil.example")).isFalse();
  }
}
