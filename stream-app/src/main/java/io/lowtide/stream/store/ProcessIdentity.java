package io.lowtide.stream.store;

import java.util.Map;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * A store that holds nothing, but counts as one on disk: only where there is such a store does
 * Kafka Streams keep the id of the process in the state directory. With the id the names of
 * transactions survive a restart, so that the new process ends what the killed one had begun.
 * Without, nobody reads past that before it times out.
 */
public final class ProcessIdentity implements StateStore {

  private static final String NAME = "process-identity";

  private boolean open;

  private ProcessIdentity() {}

  /** Builds it, without a changelog. */
  public static StoreBuilder<ProcessIdentity> builder() {
    return new Builder();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    context.register(root, (key, value) -> {});
    open = true;
  }

  @Override
  public void close() {
    open = false;
  }

  @Override
  public boolean persistent() {
    return true;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  private static final class Builder implements StoreBuilder<ProcessIdentity> {

    @Override
    public StoreBuilder<ProcessIdentity> withCachingEnabled() {
      return this;
    }

    @Override
    public StoreBuilder<ProcessIdentity> withCachingDisabled() {
      return this;
    }

    @Override
    public StoreBuilder<ProcessIdentity> withLoggingEnabled(Map<String, String> config) {
      return this;
    }

    @Override
    public StoreBuilder<ProcessIdentity> withLoggingDisabled() {
      return this;
    }

    @Override
    public ProcessIdentity build() {
      return new ProcessIdentity();
    }

    @Override
    public Map<String, String> logConfig() {
      return Map.of();
    }

    @Override
    public boolean loggingEnabled() {
      return false;
    }

    @Override
    public String name() {
      return NAME;
    }
  }
}
