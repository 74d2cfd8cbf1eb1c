package io.lowtide.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReplacementPaceTest {

  private static final long START = -5_000_000_000L;

  @Test
  void shouldSlowDownWhileReplacementsFollowEachOther() {
    ReplacementPace pace = new ReplacementPace();

    for (long seconds : new long[] {1, 2, 4, 5, 5}) {
      assertThat(pace.next(START)).isEqualTo(Duration.ofSeconds(seconds));
    }
  }

  @Test
  void shouldBeQuickAgainAfterAQuietTime() {
    ReplacementPace pace = new ReplacementPace();
    pace.next(START);
    pace.next(START);

    assertThat(pace.next(START + Duration.ofSeconds(121).toNanos()))
        .isEqualTo(Duration.ofSeconds(1));
  }
}
