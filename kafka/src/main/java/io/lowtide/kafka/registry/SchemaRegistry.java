package io.lowtide.kafka.registry;

import org.apache.avro.Schema;

/**
 * Where the schemas of messages live. An implementation may be shared by any number of threads, and
 * remembers what it has learnt: an id never changes its schema. Faults are not remembered.
 *
 * <p>Every method throws a {@link SchemaRegistryException} when it cannot answer; {@link
 * SchemaRegistryException#isTransient()} tells whether to try again.
 */
public interface SchemaRegistry extends AutoCloseable {

  /**
   * Registers a schema, or finds it where it is registered already.
   *
   * @param subject the subject, such as {@code orders-value}
   * @return the id of the schema
   * @throws SchemaRejectedException if the schema breaks the subject's compatibility or is invalid
   */
  int register(String subject, Schema schema);

  /**
   * Looks a schema up without registering it.
   *
   * @return the id of the schema
   * @throws SchemaNotRegisteredException if the subject does not have it
   */
  int id(String subject, Schema schema);

  /**
   * Returns the schema that an id stands for.
   *
   * @throws UnknownSchemaException if the registry knows no Avro schema by this id
   */
  Schema schema(int id);

  /**
   * Asks for nothing in particular, past all that is remembered. An answer that refuses access
   * counts: whether what is needed is allowed shows when it is asked for.
   *
   * @throws RegistryUnavailableException if there is no usable answer
   */
  void requireAnswer();

  @Override
  void close();
}
