package io.lowtide.kafka.model;

import io.lowtide.density.bundle.BundleCodec;
import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.kafka.serde.WireFormat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.apache.avro.Schema;

/**
 * Bundles as messages of the models topic: the key is a {@link ModelKey}, for the model in use the
 * detector's name in UTF-8; the value is the bundle in the schema registry's wire format.
 */
public final class ModelMessages {

  private ModelMessages() {}

  /** Whether a message is of the model in use of a detector; one without a key is of none. */
  public static boolean isOf(String detector, byte[] key) {
    return key != null && detector.equals(new String(key, StandardCharsets.UTF_8));
  }

  /** Whether a message is of the model of a detector that waits to be promoted. */
  public static boolean isOfChallenger(String detector, byte[] key) {
    return Arrays.equals(ModelKey.challenger(detector).bytes(), key);
  }

  /**
   * Reads and checks the bundle of a message.
   *
   * @param value value of the message
   * @param schemas gives the schema of an id, as {@link
   *     io.lowtide.kafka.registry.SchemaRegistry#schema} does
   * @throws BundleException if it is not a bundle, or fails a check
   * @throws io.lowtide.kafka.serde.WireFormatException if it is not in the wire format
   * @throws io.lowtide.kafka.registry.SchemaRegistryException if its schema cannot be had
   */
  public static ModelBundle decode(byte[] value, IntFunction<Schema> schemas)
      throws BundleException {
    Schema writerSchema = schemas.apply(WireFormat.schemaId(value));
    return BundleCodec.decode(
        Arrays.copyOfRange(value, WireFormat.HEADER_LENGTH, value.length), writerSchema);
  }
}
