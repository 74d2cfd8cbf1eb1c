"""Reads one ScoredRecord with Confluent's deserialiser and writes a changed one with its serialiser.

Arguments: registry URL, topic, message in hexadecimal. Prints the values read, then the message written.
"""
import datetime
import sys

from confluent_kafka.avro import CachedSchemaRegistryClient
from confluent_kafka.avro.serializer.message_serializer import MessageSerializer

url, topic, message = sys.argv[1:]
message = bytes.fromhex(message)
client = CachedSchemaRegistryClient({"url": url})
serializer = MessageSerializer(client)

record = serializer.decode_message(message)
epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
event_time = (record["eventTime"] - epoch) // datetime.timedelta(milliseconds=1)
source = record["source"]
print(
    record["detector"], record["modelVersion"], record["key"], event_time, record["logLikelihood"], record["pValue"],
    record["anomalous"], record["evaluations"], source["topic"], source["partition"], source["offset"])

record.update(key=None, evaluations=-2, logLikelihood=1e-300)
schema = client.get_by_id(int.from_bytes(message[1:5], "big"))
print(serializer.encode_record_with_schema(topic, schema, record).hex())
