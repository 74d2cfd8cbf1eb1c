package io.lowtide.density.suppression;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuppressionWindowTest {

  private static final Duration LENGTH = Duration.ofMinutes(5);
  private static final byte[] KEY = {1};

  private final SuppressionWindow window = new SuppressionWindow(LENGTH);

  @Test
  void shouldTakeALateAlertOutsideTheWindowForAnother() {
    SuppressionState state = new SuppressionState(List.of(LENGTH.toMillis() * 10), 0);

    assertThat(window.isRepeat(state, LENGTH.toMillis() * 9 + 1)).isTrue();
    assertThat(window.isRepeat(state, LENGTH.toMillis() * 9)).isFalse();
  }

  @Test
  void shouldKnowTheLatestAlertsOfAKeyAndNoMore() {
    Optional<SuppressionState> state = Optional.empty();
    for (int alert = 0; alert <= SuppressionState.MOST_TIMES; alert++) {
      state = Optional.of(SuppressionState.published(state, alert * LENGTH.toMillis()));
    }

    assertThat(state.get().published()).hasSize(SuppressionState.MOST_TIMES);
    assertThat(window.isRepeat(state.get(), 0)).isFalse();
    assertThat(window.isRepeat(state.get(), LENGTH.toMillis())).isTrue();
  }

  @Test
  void shouldApplyToKeysUnlessItIsZero() {
    assertThat(window.appliesTo(KEY)).isTrue();
    assertThat(window.appliesTo(null)).isFalse();
    assertThat(new SuppressionWindow(Duration.ZERO).appliesTo(KEY)).isFalse();
  }
}
