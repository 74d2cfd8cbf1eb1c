package io.lowtide.density.suppression;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.suppression.SuppressionState.Published;
import io.lowtide.schemas.SeverityLevel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuppressionWindowTest {

  private static final Duration LENGTH = Duration.ofMinutes(5);
  private static final byte[] KEY = {1};

  private final SuppressionWindow window = new SuppressionWindow(LENGTH);

  private static Published low(long eventTime) {
    return new Published(eventTime, SeverityLevel.LOW);
  }

  @Test
  void shouldTakeALateAlertOutsideTheWindowForAnother() {
    SuppressionState state = new SuppressionState(List.of(low(LENGTH.toMillis() * 10)), 0);

    assertThat(window.isRepeat(state, low(LENGTH.toMillis() * 9 + 1))).isTrue();
    assertThat(window.isRepeat(state, low(LENGTH.toMillis() * 9))).isFalse();
  }

  @Test
  void shouldLetOneOfAHigherLevelThanAllWithinTheWindowThrough() {
    SuppressionState state =
        new SuppressionState(
            List.of(
                new Published(0, SeverityLevel.MEDIUM),
                low(1_000),
                new Published(-LENGTH.toMillis(), SeverityLevel.CRITICAL)),
            3);

    assertThat(List.of(SeverityLevel.values()))
        .filteredOn(level -> !window.isRepeat(state, new Published(0, level)))
        .containsExactly(SeverityLevel.HIGH, SeverityLevel.CRITICAL);
  }

  @Test
  void shouldKnowTheLatestAlertsOfAKeyAndNoMore() {
    Optional<SuppressionState> state = Optional.empty();
    for (int alert = 0; alert <= SuppressionState.MOST; alert++) {
      state = Optional.of(SuppressionState.published(state, low(alert * LENGTH.toMillis())));
    }

    assertThat(state.get().published()).hasSize(SuppressionState.MOST);
    assertThat(window.isRepeat(state.get(), low(0))).isFalse();
    assertThat(window.isRepeat(state.get(), low(LENGTH.toMillis()))).isTrue();
  }

  @Test
  void shouldApplyToKeysUnlessItIsZero() {
    assertThat(window.appliesTo(KEY)).isTrue();
    assertThat(window.appliesTo(null)).isFalse();
    assertThat(new SuppressionWindow(Duration.ZERO).appliesTo(KEY)).isFalse();
  }
}
