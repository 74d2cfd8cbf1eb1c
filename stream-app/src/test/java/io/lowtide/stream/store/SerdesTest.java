package io.lowtide.stream.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.feature.KeyHistory;
import io.lowtide.density.suppression.SuppressionState;
import io.lowtide.density.suppression.SuppressionState.Published;
import io.lowtide.schemas.SeverityLevel;
import io.lowtide.stream.detection.RememberedRecords;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;

class SerdesTest {

  @Test
  void shouldReadBackWhatIsKnownOfAlerts() {
    Serde<RememberedAlerts> serde = new RememberedAlertsSerde();
    RememberedAlerts alerts =
        new RememberedAlerts(
            7,
            new SuppressionState(
                List.of(
                    new Published(1_772_323_200_000L, SeverityLevel.LOW),
                    new Published(1_772_323_500_000L, SeverityLevel.CRITICAL),
                    new Published(0, SeverityLevel.MEDIUM)),
                42));

    byte[] bytes = serde.serializer().serialize("t", alerts);

    assertThat(serde.deserializer().deserialize("t", bytes)).isEqualTo(alerts);
    assertThatThrownBy(() -> serde.deserializer().deserialize("t", new byte[3]))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("3 bytes");
  }

  @Test
  void shouldReadWhatTheFirstVersionsStoredOfAlerts() {
    byte[] old = ByteBuffer.allocate(16).putLong(1_772_323_200_000L).putLong(42).array();

    assertThat(new RememberedAlertsSerde().deserializer().deserialize("t", old))
        .isEqualTo(
            new RememberedAlerts(
                0,
                new SuppressionState(
                    List.of(new Published(1_772_323_200_000L, SeverityLevel.CRITICAL)), 42)));
  }

  @Test
  void shouldTakeAlertsThatWereStoredWithoutALevelForTheMostSevere() {
    byte[] old =
        ByteBuffer.allocate(32)
            .putLong(7)
            .putLong(42)
            .putLong(1_772_323_200_000L)
            .putLong(1_772_323_500_000L)
            .array();

    assertThat(new RememberedAlertsSerde().deserializer().deserialize("t", old))
        .isEqualTo(
            new RememberedAlerts(
                7,
                new SuppressionState(
                    List.of(
                        new Published(1_772_323_200_000L, SeverityLevel.CRITICAL),
                        new Published(1_772_323_500_000L, SeverityLevel.CRITICAL)),
                    42)));
  }

  @Test
  void shouldReadBackTheLevelsOfAsManyAlertsAsAreKept() {
    Optional<SuppressionState> state = Optional.empty();
    for (int alert = 0; alert < SuppressionState.MOST; alert++) {
      SeverityLevel level = SeverityLevel.values()[(alert + 3) % 4];
      state = Optional.of(SuppressionState.published(state, new Published(alert, level)));
    }
    RememberedAlerts alerts = new RememberedAlerts(1, state.get());
    Serde<RememberedAlerts> serde = new RememberedAlertsSerde();

    assertThat(serde.deserializer().deserialize("t", serde.serializer().serialize("t", alerts)))
        .isEqualTo(alerts);
  }

  @Test
  void shouldReadBackPastRecords() {
    Serde<RememberedRecords> serde = new RememberedRecordsSerde();
    RememberedRecords records =
        new RememberedRecords(
            1_772_323_200_000L,
            new KeyHistory(
                Map.of("temperature", new double[] {64.5, Double.NaN}, "Größe", new double[0])));

    byte[] bytes = serde.serializer().serialize("t", records);

    RememberedRecords read = serde.deserializer().deserialize("t", bytes);
    assertThat(read.latest()).isEqualTo(records.latest());
    assertThat(read.history().values()).containsOnlyKeys("temperature", "Größe");
    assertThat(read.history().values().get("temperature")).containsExactly(64.5, Double.NaN);
    assertThat(read.history().values().get("Größe")).isEmpty();
    assertThatThrownBy(
            () -> serde.deserializer().deserialize("t", Arrays.copyOf(bytes, bytes.length - 1)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("not the history of a key");
    assertThatThrownBy(
            () -> serde.deserializer().deserialize("t", Arrays.copyOf(bytes, bytes.length + 1)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("1 bytes left over");
  }
}
