package io.lowtide.quickstart.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StartPatienceTest {

  private static final long START = -5;

  private final StartPatience patience = new StartPatience(START);

  private boolean lasts(int seconds, long written, double worked) {
    return patience.lasts(
        START + Duration.ofSeconds(seconds).toNanos(),
        written,
        Duration.ofMillis((long) (1_000 * worked)));
  }

  @Test
  void shouldWaitNoLongerThanTwoMinutesForAProcessThatDoesNothing() {
    assertThat(lasts(1, 0, 0.1)).isTrue();
    assertThat(lasts(119, 0, 0.9)).isTrue();
    assertThat(lasts(120, 0, 0.9)).isFalse();
    assertThat(patience)
        .hasToString(
            "after 120 s, in which its process has had 0 s of a processor and got on until 120 s"
                + " ago");
  }

  @Test
  void shouldWaitLongerForAProcessThatWritesOrWorks() {
    assertThat(lasts(100, 80, 1)).isTrue();
    assertThat(lasts(219, 80, 1)).isTrue();
    assertThat(lasts(219, 80, 2.5)).isTrue();
    assertThat(lasts(338, 80, 3)).isTrue();
    assertThat(lasts(339, 80, 3.4)).isFalse();
  }

  @Test
  void shouldNotWaitForEver() {
    for (int seconds = 1; seconds < 600; seconds++) {
      assertThat(lasts(seconds, seconds, seconds)).isTrue();
    }
    assertThat(lasts(600, 600, 600)).isFalse();
  }
}
