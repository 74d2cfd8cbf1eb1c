package io.lowtide.cli.models;

import io.lowtide.cli.ConnectionOptions;
import io.lowtide.cli.OptionException;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.model.ModelCatalog;
import io.lowtide.kafka.model.ModelPublisher;
import io.lowtide.kafka.model.StoredModel;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.topic.DefaultTopics;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say where the models are, and what is asked of them there. */
final class ModelsTopic {

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      defaultValue = DefaultTopics.MODELS,
      description = "Compacted topic of the models; default: ${DEFAULT-VALUE}.")
  private String topic;

  @Mixin private ConnectionOptions connection;

  String name() {
    return topic;
  }

  /** What the topic holds now. */
  ModelCatalog read() {
    ConnectionSettings settings = connection.settingsOrRunningDemo();
    try (SchemaRegistry registry = ConfluentSchemaRegistry.connect(settings.registry())) {
      return ModelCatalog.read(settings, topic, registry);
    }
  }

  ModelPublisher publisher() {
    return new ModelPublisher(connection.settingsOrRunningDemo());
  }

  /**
   * A model by its version, or by {@code champion} or {@code challenger}.
   *
   * @throws OptionException if the topic does not have it
   */
  StoredModel model(ModelCatalog catalog, String detector, String version) {
    requireDetector(catalog, detector);
    return (switch (version) {
          case "champion" -> catalog.champion(detector);
          case "challenger" -> catalog.challenger(detector);
          default -> catalog.version(detector, version);
        })
        .orElseThrow(
            () ->
                new OptionException(
                    "detector "
                        + detector
                        + ": no model \""
                        + version
                        + "\" on "
                        + topic
                        + ", expected champion, challenger or one of "
                        + catalog.versionNames(detector)));
  }

  /** The same with its bundle, which passes its checks. */
  ModelBundle bundle(ModelCatalog catalog, String detector, String version) {
    return requireIntact(model(catalog, detector, version));
  }

  ModelBundle requireIntact(StoredModel model) {
    return model
        .bundle()
        .orElseThrow(
            () ->
                new OptionException(
                    topic
                        + ", offset "
                        + model.offset()
                        + ": "
                        + model.problem().orElse("no bundle")));
  }

  void requireDetector(ModelCatalog catalog, String detector) {
    if (!catalog.detectors().contains(detector)) {
      throw new OptionException(
          "detector \""
              + detector
              + "\": no model on "
              + topic
              + ", expected one of "
              + catalog.detectors());
    }
  }
}
