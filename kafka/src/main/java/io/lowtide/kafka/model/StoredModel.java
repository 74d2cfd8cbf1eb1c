package io.lowtide.kafka.model;

import io.lowtide.density.bundle.ModelBundle;
import java.time.Instant;
import java.util.Optional;

/**
 * A message of the models topic that holds a bundle.
 *
 * @param key detector and role
 * @param offset of the message
 * @param sentAt its timestamp
 * @param message value of the message, not to be changed
 * @param bundle the bundle; empty where it fails a check
 * @param problem why it fails; empty where it does not
 */
public record StoredModel(
    ModelKey key,
    long offset,
    Instant sentAt,
    byte[] message,
    Optional<ModelBundle> bundle,
    Optional<String> problem) {

  /** Version of the bundle; of one that fails a check, that of its key, if it has one. */
  public Optional<String> version() {
    return bundle.map(ModelBundle::version).or(() -> key.version());
  }
}
