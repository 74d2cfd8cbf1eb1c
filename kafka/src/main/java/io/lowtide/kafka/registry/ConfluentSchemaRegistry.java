package io.lowtide.kafka.registry;

import io.lowtide.kafka.connection.ClientSettingsException;
import io.lowtide.kafka.connection.ConnectionSettings;
import io.lowtide.kafka.settings.Secrets;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.ParsedSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.shaded.org.apache.avro.AvroRuntimeException;

/**
 * A {@link SchemaRegistry} that speaks Confluent's REST interface through Confluent's own client.
 *
 * <p>The client is taken from {@code flink-sql-avro-confluent-registry}, the only copy on Maven
 * Central, which relocates both it and its Avro; schemas therefore cross this class as JSON text.
 * To use Confluent's artifact instead, change the prefix of the imports above: no other class has
 * them.
 */
public final class ConfluentSchemaRegistry implements SchemaRegistry {

  private static final int SCHEMAS_PER_SUBJECT = 1000;
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int HTTP_SERVER_ERROR = 500;
  private static final int SUBJECT_NOT_FOUND = 40401;
  private static final int VERSION_NOT_FOUND = 40402;
  private static final int SCHEMA_NOT_FOUND = 40403;

  private final List<String> urls;
  private final SchemaRegistryClient client;
  private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();
  private final Map<Registration, Integer> registered = new ConcurrentHashMap<>();

  /** A request that is answered by the id of a schema. */
  private interface IdRequest {
    int send(String subject, ParsedSchema schema) throws IOException, RestClientException;
  }

  private record Registration(String subject, Schema schema) {}

  /**
   * Parses as Confluent's own provider does, but lets through the faults that may pass: a schema
   * that could not be fetched although this one refers to it, which that provider takes for an
   * invalid schema, and an answer without a schema, which the client would keep for ever.
   */
  private static final class FaultTellingProvider extends AvroSchemaProvider {

    @Override
    public Optional<ParsedSchema> parseSchema(
        org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client
                .rest.entities.Schema
            schema,
        boolean isNew,
        boolean normalize) {
      if (schema.getSchema() == null) {
        throw new IllegalStateException("its answer has no schema");
      }
      try {
        return Optional.of(parseSchemaOrElseThrow(schema, isNew, normalize));
      } catch (AvroRuntimeException invalid) {
        return Optional.empty();
      }
    }
  }

  private ConfluentSchemaRegistry(List<String> urls, SchemaRegistryClient client) {
    this.urls = urls;
    this.client = client;
  }

  /**
   * Connects lazily: nothing is sent until the first call that needs the registry.
   *
   * @param settings every setting of Confluent's client, passed on unchanged: {@code
   *     schema.registry.url} (several URLs separated by commas, or {@code mock://SCOPE} for a
   *     registry inside this JVM), {@code basic.auth.*}, {@code bearer.auth.*}, {@code
   *     schema.registry.ssl.*}, {@code http.connect.timeout.ms} and {@code http.read.timeout.ms}
   *     (10 s each unless given) and so on; others are ignored
   * @throws org.apache.kafka.common.config.ConfigException if there is no URL or it is not one
   * @throws ClientSettingsException if no client can be made with the other settings
   */
  public static ConfluentSchemaRegistry connect(Map<String, ?> settings) {
    RegistryUrls where = RegistryUrls.of(settings.get(RegistryUrls.SETTING));
    Map<String, Object> client = new HashMap<>(settings);
    client.put(RegistryUrls.SETTING, String.join(",", where.urls()));
    client.putIfAbsent("http.connect.timeout.ms", TIMEOUT_MILLIS);
    client.putIfAbsent("http.read.timeout.ms", TIMEOUT_MILLIS);
    if (where.userInfo() != null) {
      client.put("basic.auth.credentials.source", "USER_INFO");
      client.put("basic.auth.user.info", where.userInfo());
    }
    client.forEach((name, value) -> Secrets.remember(name, String.valueOf(value)));
    return new ConfluentSchemaRegistry(where.shown(), newClient(where.urls(), client));
  }

  private static SchemaRegistryClient newClient(List<String> urls, Map<String, Object> settings) {
    try {
      return SchemaRegistryClientFactory.newClient(
          urls, SCHEMAS_PER_SUBJECT, List.of(new FaultTellingProvider()), settings, Map.of());
    } catch (RuntimeException refusal) {
      throw new ClientSettingsException(
          ConnectionSettings.REGISTRY_PREFIX + "*", "client of the schema registry", refusal);
    }
  }

  /** The URLs of the registry, without credentials. */
  public List<String> urls() {
    return urls;
  }

  @Override
  public int register(String subject, Schema schema) {
    return ask(
        client::register,
        subject,
        schema,
        answer ->
            isRefusalOfTheRequest(answer)
                ? new SchemaRejectedException(subject, answer.getMessage(), answer)
                : fault(answer));
  }

  @Override
  public int id(String subject, Schema schema) {
    return ask(
        client::getId,
        subject,
        schema,
        answer ->
            saysNotFound(answer) || isRefusalOfTheRequest(answer)
                ? new SchemaNotRegisteredException(subject, schema.getFullName(), answer)
                : fault(answer));
  }

  /** The id, which is asked for once. */
  private int ask(
      IdRequest request,
      String subject,
      Schema schema,
      Function<RestClientException, SchemaRegistryException> meaning) {
    Registration registration = new Registration(subject, schema);
    Integer known = registered.get(registration);
    if (known != null) {
      return known;
    }
    ParsedSchema parsed = parsed(subject, schema);
    try {
      int id = request.send(subject, parsed);
      registered.put(registration, id);
      return id;
    } catch (RestClientException answer) {
      throw meaning.apply(answer);
    } catch (IOException | RuntimeException failure) {
      throw new RegistryUnavailableException(urls, failure);
    }
  }

  private static ParsedSchema parsed(String subject, Schema schema) {
    try {
      return new AvroSchema(schema.toString());
    } catch (RuntimeException invalid) {
      throw new SchemaRejectedException(subject, invalid.getMessage(), invalid);
    }
  }

  @Override
  public Schema schema(int id) {
    Schema known = schemas.get(id);
    if (known != null) {
      return known;
    }
    Schema schema = fetch(id);
    Schema first = schemas.putIfAbsent(id, schema);
    return first == null ? schema : first;
  }

  private Schema fetch(int id) {
    try {
      ParsedSchema parsed = client.getSchemaById(id);
      // What is registered was accepted by its writer; whether we like its names is beside the
      // point. The raw schema, unlike the canonical string, includes the schemas it refers to.
      return new Schema.Parser(NameValidator.NO_VALIDATION)
          .setValidateDefaults(false)
          .parse(parsed.rawSchema().toString());
    } catch (SchemaParseException unreadable) {
      throw new UnknownSchemaException(id, unreadable);
    } catch (RestClientException answer) {
      throw notGiven(id, answer);
    } catch (IOException failure) {
      // The client's way to say that a schema is of another type (JSON, Protobuf) or unreadable.
      if (failure.getMessage() != null && failure.getMessage().startsWith("Invalid schema")) {
        throw new UnknownSchemaException(id, failure);
      }
      throw new RegistryUnavailableException(urls, failure);
    } catch (RuntimeException failure) {
      // What went wrong with a schema that this one refers to comes wrapped.
      if (failure.getCause() instanceof RestClientException answer) {
        throw notGiven(id, answer);
      }
      throw new RegistryUnavailableException(urls, failure);
    }
  }

  private SchemaRegistryException notGiven(int id, RestClientException answer) {
    return saysNotFound(answer) ? new UnknownSchemaException(id, answer) : fault(answer);
  }

  /** A 404 without the registry's own code comes from something that is not the registry. */
  private static boolean saysNotFound(RestClientException answer) {
    return switch (answer.getErrorCode()) {
      case SUBJECT_NOT_FOUND, VERSION_NOT_FOUND, SCHEMA_NOT_FOUND -> true;
      default -> false;
    };
  }

  private static boolean isRefusalOfTheRequest(RestClientException answer) {
    return switch (answer.getStatus()) {
      case 400, 409, 422 -> true;
      default -> false;
    };
  }

  private SchemaRegistryException fault(RestClientException answer) {
    return switch (answer.getStatus()) {
      case 401, 403 -> new RegistryAccessException(urls, answer.getStatus(), answer);
      default -> new RegistryUnavailableException(urls, answer);
    };
  }

  @Override
  public void requireAnswer() {
    try {
      client.getMode();
    } catch (RestClientException answer) {
      if (answer.getStatus() >= HTTP_SERVER_ERROR) {
        throw fault(answer);
      }
    } catch (IOException | RuntimeException failure) {
      throw new RegistryUnavailableException(urls, failure);
    }
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException failure) {
      throw new RegistryUnavailableException(urls, failure);
    }
  }

  @Override
  public String toString() {
    return "Schema registry at " + String.join(", ", urls);
  }
}
