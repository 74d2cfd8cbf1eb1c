"""Prints episodes, with Confluent's clients for Kafka and the schema registry alone.

Arguments: Kafka's address, the registry's, and how many to print at most.
Needs confluent-kafka with Avro: pip install 'confluent-kafka[avro]', or Debian's python3-confluent-kafka,
python3-avro and python3-requests; its version 1.7 has the older of the two deserialisers below.
"""
import sys

from confluent_kafka import Consumer


def deserializer(url):
    """A function from the bytes of a message to a dictionary."""
    try:
        from confluent_kafka.schema_registry import SchemaRegistryClient
        from confluent_kafka.schema_registry.avro import AvroDeserializer
    except ImportError:
        from confluent_kafka.avro import CachedSchemaRegistryClient
        from confluent_kafka.avro.serializer.message_serializer import MessageSerializer

        return MessageSerializer(CachedSchemaRegistryClient({"url": url})).decode_message
    avro = AvroDeserializer(SchemaRegistryClient({"url": url}))
    return lambda message: avro(message, None)


def main(servers, url, most):
    decode = deserializer(url)
    consumer = Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": "episode-consumer-python",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            # What a transaction has not committed may never have been.
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe(["lowtide.episodes"])
    left = most
    try:
        while left > 0:
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                raise RuntimeError(message.error())
            if message.value() is not None:
                episode = decode(message.value())
                print(episode["change"], episode["id"], episode["key"], episode["summary"], flush=True)
                left -= 1
            # After the work: what was not finished is read again.
            consumer.commit(message, asynchronous=False)
    finally:
        consumer.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
