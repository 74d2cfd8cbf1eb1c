import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Prints episodes, with Kafka's client and the schema registry's alone: nothing of Lowtide is on its
 * class path. (The registry's client is Confluent's, as Flink bundles it. With Confluent's own
 * artifact drop the prefix of the imports; its KafkaAvroDeserializer then does what decode does.)
 *
 * <p>Arguments: Kafka's address, the registry's, and how many to print at most.
 */
public final class EpisodeConsumer {

  private static final int MAGIC = 0;
  private static final int SCHEMAS = 100;

  private final SchemaRegistryClient registry;
  private final Map<Integer, Schema> schemas = new HashMap<>();

  private EpisodeConsumer(String url) {
    registry = new CachedSchemaRegistryClient(url, SCHEMAS);
  }

  public static void main(String[] arguments) throws Exception {
    EpisodeConsumer decoder = new EpisodeConsumer(arguments[1]);
    int left = Integer.parseInt(arguments[2]);
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", arguments[0],
            "group.id", "episode-consumer-java",
            "auto.offset.reset", "earliest",
            "enable.auto.commit", "false",
            // What a transaction has not committed may never have been.
            "isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of("lowtide.episodes"));
      while (left > 0) {
        for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofSeconds(1))) {
          if (message.value() != null && left > 0) {
            handle(decoder.decode(message.value()));
            left--;
          }
        }
        // After the work: what was not finished is read again.
        consumer.commitSync();
      }
    }
  }

  private static void handle(GenericRecord episode) {
    System.out.printf(
        "%s %s %s %s%n",
        episode.get("change"), episode.get("id"), episode.get("key"), episode.get("summary"));
  }

  /** A zero, the four bytes of the schema's id, and Avro. */
  private GenericRecord decode(byte[] message) throws IOException, RestClientException {
    ByteBuffer header = ByteBuffer.wrap(message);
    if (header.get() != MAGIC) {
      throw new IOException("not in the registry's wire format");
    }
    int id = header.getInt();
    Schema schema = schemas.get(id);
    if (schema == null) {
      // The client has an Avro of its own, so the schema comes as text.
      schema = new Schema.Parser().parse(registry.getSchemaById(id).canonicalString());
      schemas.put(id, schema);
    }
    return new GenericDatumReader<GenericRecord>(schema)
        .read(
            null,
            DecoderFactory.get()
                .binaryDecoder(message, header.position(), header.remaining(), null));
  }
}
