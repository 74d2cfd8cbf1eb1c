package io.lowtide.kafka.registry;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.avro.Schema;

/**
 * Looks up the schemas of records, some of which may be garbage: a flood of unknown ids must not
 * hold up the good records among them by one request for each. An unknown id is remembered for five
 * seconds, after which it is asked for again, since its schema may have arrived. Different unknown
 * ids are asked for as long as there are few: 200 at once and 50 in a second. Beyond that an id not
 * met before counts as unknown without having been asked for.
 *
 * <p>Safe for use by many threads; a known id takes no lock.
 */
public final class FloodProofRegistry implements SchemaRegistry {

  static final Duration REMEMBERED = Duration.ofSeconds(5);
  static final int AT_ONCE = 200;
  static final int PER_SECOND = 50;

  private static final int MOST_REMEMBERED = 10_000;

  private final SchemaRegistry registry;
  private final LongSupplier clock;
  private final Set<Integer> known = ConcurrentHashMap.newKeySet();
  private final Map<Integer, Long> unknownSince = new ConcurrentHashMap<>();
  private double requestsLeft = AT_ONCE;
  private long refilled;

  /**
   * @param registry what is asked; stays the caller's to close
   */
  public FloodProofRegistry(SchemaRegistry registry) {
    this(registry, System::nanoTime);
  }

  FloodProofRegistry(SchemaRegistry registry, LongSupplier clock) {
    this.registry = registry;
    this.clock = clock;
    this.refilled = clock.getAsLong();
  }

  @Override
  public Schema schema(int id) {
    if (known.contains(id)) {
      return registry.schema(id);
    }
    requireWorthAsking(id);
    try {
      Schema schema = registry.schema(id);
      known.add(id);
      return schema;
    } catch (UnknownSchemaException unknown) {
      remember(id);
      throw unknown;
    }
  }

  private synchronized void requireWorthAsking(int id) {
    long now = clock.getAsLong();
    Long since = unknownSince.get(id);
    if (since != null && now - since < REMEMBERED.toNanos()) {
      throw UnknownSchemaException.remembered(id);
    }
    requestsLeft = Math.min(AT_ONCE, requestsLeft + (now - refilled) / 1e9 * PER_SECOND);
    refilled = now;
    if (requestsLeft < 1) {
      throw UnknownSchemaException.notAsked(id);
    }
  }

  /** Only these requests count: good schemas may be as many as they like. */
  private synchronized void remember(int id) {
    requestsLeft--;
    if (unknownSince.size() >= MOST_REMEMBERED) {
      unknownSince.clear();
    }
    unknownSince.put(id, clock.getAsLong());
  }

  @Override
  public int register(String subject, Schema schema) {
    return registry.register(subject, schema);
  }

  @Override
  public int id(String subject, Schema schema) {
    return registry.id(subject, schema);
  }

  @Override
  public void requireAnswer() {
    registry.requireAnswer();
  }

  /** Does nothing: the registry that is asked is its owner's to close. */
  @Override
  public void close() {
    // See above.
  }
}
