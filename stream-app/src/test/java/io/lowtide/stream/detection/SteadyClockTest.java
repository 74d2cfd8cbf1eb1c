package io.lowtide.stream.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SteadyClockTest {

  private static final long NOW = 1_772_323_200_000L;
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();

  private final SteadyClock clock = new SteadyClock();

  @Test
  void shouldFollowAStreamAndNeverGoBack() {
    clock.advance(NOW, NOW);
    clock.advance(NOW + 1_000, NOW);
    clock.advance(NOW - 600_000, NOW);

    assertThat(clock.time()).isEqualTo(NOW + 1_000);
  }

  @Test
  void shouldMoveByAMinuteAtMostForARecordOfAWrongDate() {
    clock.advance(NOW, NOW);
    clock.advance(Long.MAX_VALUE, NOW);

    assertThat(clock.time()).isEqualTo(NOW + MINUTE);
  }

  @Test
  void shouldNotBelieveAFirstRecordThatIsAheadOfTheTimeAtHand() {
    clock.advance(Long.MAX_VALUE, NOW);

    assertThat(clock.time()).isEqualTo(NOW);
  }
}
