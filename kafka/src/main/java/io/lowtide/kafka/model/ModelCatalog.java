package io.lowtide.kafka.model;

import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistryException;
import io.lowtide.kafka.serde.WireFormatException;
import io.lowtide.kafka.topic.TopicReader;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.schemas.Lineage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The bundles that the models topic holds at one time. Immutable. */
public final class ModelCatalog {

  private final List<StoredModel> messages;
  private final Map<ModelKey, StoredModel> current;

  private ModelCatalog(List<StoredModel> messages, Map<ModelKey, StoredModel> current) {
    this.messages = List.copyOf(messages);
    this.current = new LinkedHashMap<>(current);
  }

  /**
   * Reads the topic from its beginning to its end.
   *
   * @param topic the models topic; one that does not exist holds none
   * @param registry knows the schemas that bundles are written with
   * @throws SchemaRegistryException if the registry is away
   */
  public static ModelCatalog read(
      ConnectionSettings connection, String topic, SchemaRegistry registry) {
    return read(connection, topic, registry, key -> true);
  }

  /** The same, of one detector alone. */
  public static ModelCatalog read(
      ConnectionSettings connection, String topic, SchemaRegistry registry, String detector) {
    return read(connection, topic, registry, key -> key.detector().equals(detector));
  }

  private static ModelCatalog read(
      ConnectionSettings connection,
      String topic,
      SchemaRegistry registry,
      Predicate<ModelKey> wanted) {
    List<StoredModel> messages = new ArrayList<>();
    Map<ModelKey, StoredModel> current = new LinkedHashMap<>();
    try (Topics topics = new Topics(connection.clientProperties())) {
      if (topics.partitions(List.of(topic)).isEmpty()) {
        return new ModelCatalog(messages, current);
      }
    }
    try (TopicReader reader = new TopicReader(connection.clientProperties(), List.of(topic))) {
      reader.toEnd(
          message -> {
            ModelKey.of(message.key())
                .filter(wanted)
                .ifPresent(
                    key -> {
                      current.remove(key);
                      if (message.value() != null) {
                        StoredModel model = model(key, message, registry);
                        messages.add(model);
                        current.put(key, model);
                      }
                    });
            return true;
          });
    }
    return new ModelCatalog(messages, current);
  }

  private static StoredModel model(
      ModelKey key, ConsumerRecord<byte[], byte[]> message, SchemaRegistry registry) {
    Optional<ModelBundle> bundle = Optional.empty();
    Optional<String> problem = Optional.empty();
    try {
      bundle = Optional.of(ModelMessages.decode(message.value(), registry::schema));
    } catch (BundleException | WireFormatException e) {
      problem = Optional.of(e.getMessage());
    } catch (SchemaRegistryException e) {
      if (e.isTransient()) {
        throw e;
      }
      problem = Optional.of(e.getMessage());
    }
    return new StoredModel(
        key,
        message.offset(),
        Instant.ofEpochMilli(message.timestamp()),
        message.value(),
        bundle,
        problem);
  }

  /** Names of the detectors that have any. */
  public Set<String> detectors() {
    Set<String> detectors = new TreeSet<>();
    current.keySet().forEach(key -> detectors.add(key.detector()));
    return detectors;
  }

  /** The model that running detectors use. */
  public Optional<StoredModel> champion(String detector) {
    return Optional.ofNullable(current.get(ModelKey.champion(detector)));
  }

  /** The model that waits to be promoted. */
  public Optional<StoredModel> challenger(String detector) {
    return Optional.ofNullable(current.get(ModelKey.challenger(detector)));
  }

  /**
   * The versions that can be gone back to, each once, in the order in which they were first sent;
   * of one that is archived and still there as a champion, the archived one.
   */
  public List<StoredModel> versions(String detector) {
    Map<String, StoredModel> versions = new LinkedHashMap<>();
    for (StoredModel model : messages) {
      boolean isChampionOrArchive =
          model.key().role() == ModelRole.CHAMPION
              || model.equals(current.get(model.key())) && model.key().role() == ModelRole.ARCHIVE;
      if (model.key().detector().equals(detector)
          && isChampionOrArchive
          && model.bundle().isPresent()) {
        versions.putIfAbsent(model.bundle().get().version(), model);
      }
    }
    return List.copyOf(versions.values());
  }

  /** A version, whatever its role. */
  public Optional<StoredModel> version(String detector, String version) {
    return messages.stream()
        .filter(model -> model.key().detector().equals(detector))
        .filter(model -> model.bundle().isPresent())
        .filter(model -> model.bundle().get().version().equals(version))
        .reduce((earlier, later) -> later);
  }

  /**
   * The version before the champion's: the one that it was compared with when it was published, or
   * else the one before it in the order of {@link #versions}.
   */
  public Optional<StoredModel> beforeChampion(String detector) {
    Optional<String> inUse = champion(detector).flatMap(StoredModel::version);
    List<StoredModel> versions = versions(detector);
    Optional<StoredModel> parent =
        champion(detector)
            .flatMap(StoredModel::bundle)
            .map(bundle -> bundle.record().getProvenance().getLineage())
            .map(Lineage::getParentVersion)
            .flatMap(
                version ->
                    versions.stream()
                        .filter(model -> model.version().equals(Optional.of(version)))
                        .findFirst());
    if (parent.isPresent()) {
      return parent;
    }
    for (int i = versions.size() - 1; i > 0; i--) {
      if (versions.get(i).version().equals(inUse)) {
        return Optional.of(versions.get(i - 1));
      }
    }
    // A champion that fails its checks was never in use: what to go back to is the last good one.
    boolean isRefused = champion(detector).filter(model -> model.bundle().isEmpty()).isPresent();
    return isRefused && !versions.isEmpty()
        ? Optional.of(versions.get(versions.size() - 1))
        : Optional.empty();
  }

  /**
   * Archived versions beyond so many, the oldest first; never that of the champion.
   *
   * @param kept how many stay
   */
  public List<ModelKey> surplus(String detector, int kept) {
    Optional<String> inUse = champion(detector).flatMap(StoredModel::version);
    List<ModelKey> archived = new ArrayList<>();
    current.forEach(
        (key, model) -> {
          if (key.detector().equals(detector)
              && key.role() == ModelRole.ARCHIVE
              && !key.version().equals(inUse)) {
            archived.add(key);
          }
        });
    return archived.size() <= kept
        ? List.of()
        : Collections.unmodifiableList(archived.subList(0, archived.size() - kept));
  }

  /** The versions that the topic names, for messages. */
  public Set<String> versionNames(String detector) {
    Set<String> names = new HashSet<>();
    versions(detector).forEach(model -> model.version().ifPresent(names::add));
    return new TreeSet<>(names);
  }
}
