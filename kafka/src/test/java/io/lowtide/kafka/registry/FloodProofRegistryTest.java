package io.lowtide.kafka.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;

class FloodProofRegistryTest {

  private static final Schema SCHEMA = SchemaBuilder.record("R").fields().endRecord();

  private final CountingRegistry counted = new CountingRegistry();
  private long now = -3_000_000_000L;
  private final FloodProofRegistry registry = new FloodProofRegistry(counted, () -> now);

  /** Knows what it is told to know, and counts what it is asked. */
  private static final class CountingRegistry implements SchemaRegistry {

    private final Map<Integer, Schema> schemas = new HashMap<>();
    private int requests;
    private boolean away;

    @Override
    public Schema schema(int id) {
      requests++;
      if (away) {
        throw new RegistryUnavailableException(
            List.of("http://registry"), new ConnectException("refused"));
      }
      Schema schema = schemas.get(id);
      if (schema == null) {
        throw new UnknownSchemaException(id, null);
      }
      return schema;
    }

    @Override
    public int register(String subject, Schema schema) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int id(String subject, Schema schema) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void requireAnswer() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException("not its owner");
    }
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void requireUnknown(int id) {
    assertThatThrownBy(() -> registry.schema(id))
        .isInstanceOf(UnknownSchemaException.class)
        .hasMessageContaining(Integer.toString(id));
  }

  @Test
  void shouldAskOnceForAnUnknownIdThatComesAgainAndAgain() {
    for (int i = 0; i < 5_500; i++) {
      requireUnknown(4711);
    }

    assertThat(counted.requests).isEqualTo(1);
  }

  @Test
  void shouldFindASchemaThatArrivesLate() {
    requireUnknown(7);
    counted.schemas.put(7, SCHEMA);
    requireUnknown(7);
    pass(FloodProofRegistry.REMEMBERED);

    assertThat(registry.schema(7)).isEqualTo(SCHEMA);
  }

  @Test
  void shouldBoundTheRequestsForAFloodOfDifferentUnknownIds() {
    for (int id = 1_000; id < 6_500; id++) {
      requireUnknown(id);
    }
    assertThat(counted.requests).isEqualTo(FloodProofRegistry.AT_ONCE);
    assertThatThrownBy(() -> registry.schema(9_999)).hasMessageContaining("not asked for");

    pass(Duration.ofSeconds(1));
    for (int id = 6_500; id < 7_000; id++) {
      requireUnknown(id);
    }
    assertThat(counted.requests)
        .isEqualTo(FloodProofRegistry.AT_ONCE + FloodProofRegistry.PER_SECOND);
  }

  @Test
  void shouldGiveKnownSchemasInTheMiddleOfAFlood() {
    counted.schemas.put(1, SCHEMA);
    registry.schema(1);
    for (int id = 1_000; id < 2_000; id++) {
      requireUnknown(id);
      assertThat(registry.schema(1)).isEqualTo(SCHEMA);
    }
  }

  @Test
  void shouldAskForAnyNumberOfGoodSchemas() {
    for (int id = 0; id < 1_000; id++) {
      counted.schemas.put(id, SCHEMA);
      assertThat(registry.schema(id)).isEqualTo(SCHEMA);
    }
  }

  @Test
  void shouldNotTakeARegistryThatIsAwayForOneThatDoesNotKnow() {
    counted.away = true;
    for (int i = 0; i < 1_000; i++) {
      assertThatThrownBy(() -> registry.schema(3)).isInstanceOf(RegistryUnavailableException.class);
    }
    counted.away = false;
    counted.schemas.put(3, SCHEMA);

    assertThat(registry.schema(3)).isEqualTo(SCHEMA);
    registry.close();
  }
}
