package io.lowtide.stream.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class FaultsTest {

  @Test
  void shouldLetAnotherThreadGoOnWhereAProducerWaitsForATransactionThatWasNotAnswered() {
    assertThat(Faults.isTransient(new StreamsException("processing", ofUnansweredTransaction())))
        .isTrue();
    assertThat(
            Faults.isTransient(
                new StreamsException("processing", new IllegalStateException("of our own"))))
        .isFalse();
  }

  @Test
  void shouldLetAnotherThreadGoOnWhereTheBrokersHaveAbortedATransaction() {
    assertThat(Faults.isTransient(new StreamsException("commit", new InvalidTxnStateException(""))))
        .isTrue();
    assertThat(
            Faults.isTransient(
                new StreamsException("commit", new TransactionAbortableException(""))))
        .isTrue();
    assertThat(
            Faults.isTransient(
                new StreamsException("commit", new TopicAuthorizationException("scores"))))
        .isFalse();
  }

  /** What a producer says that gave up waiting, and is told to go on. */
  private static IllegalStateException ofUnansweredTransaction() {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", "127.0.0.1:1",
                "transactional.id", "unanswered",
                "max.block.ms", "50"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      assertThat(catchThrowableOfType(TimeoutException.class, producer::initTransactions))
          .isNotNull();
      return catchThrowableOfType(IllegalStateException.class, producer::beginTransaction);
    }
  }
}
