package io.lowtide.stream.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuppressionWindowTest {

  private static final Duration LENGTH = Duration.ofMinutes(5);
  private static final byte[] KEY = {1};

  private final SuppressionWindow window = new SuppressionWindow(LENGTH);

  @Test
  void shouldTakeALateAlertOutsideTheWindowForAnother() {
    SuppressionState state = new SuppressionState(LENGTH.toMillis() * 10, 0);

    assertThat(window.isRepeat(state, LENGTH.toMillis() * 9 + 1)).isTrue();
    assertThat(window.isRepeat(state, LENGTH.toMillis() * 9)).isFalse();
  }

  @Test
  void shouldNotLetALateAlertReopenTheWindow() {
    SuppressionState newer = SuppressionState.published(Optional.empty(), 5_000_000);
    SuppressionState afterLateOne = SuppressionState.published(Optional.of(newer), 1_000_000);

    assertThat(afterLateOne.publishedAt()).isEqualTo(5_000_000);
  }

  @Test
  void shouldApplyToKeysUnlessItIsZero() {
    assertThat(window.appliesTo(KEY)).isTrue();
    assertThat(window.appliesTo(null)).isFalse();
    assertThat(new SuppressionWindow(Duration.ZERO).appliesTo(KEY)).isFalse();
  }
}
