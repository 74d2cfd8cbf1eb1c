package io.lowtide.stream.retry;

import io.lowtide.kafka.fault.FaultText;
import io.lowtide.kafka.registry.SchemaRegistryException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TransactionAbortableException;

/** Tells faults that pass from faults that stay. */
public final class Faults {

  private static final int DEEPEST_CAUSE = 16;

  /** What finds a transaction of Kafka's producer in a state that allows no more of it. */
  private static final String TRANSACTIONS =
      "org.apache.kafka.clients.producer.internals.TransactionManager";

  private Faults() {}

  /** One line for the log: what failed, and the first cause of it. */
  public static String describe(Throwable fault) {
    return FaultText.oneLine(fault);
  }

  /**
   * Whether the fault lies with a service or the way to it, by the first of its causes that says
   * so: the same operation may succeed later.
   *
   * <p>Every failure of TLS is one of those, a broken handshake and an expired certificate alike:
   * it says nothing about a record, and passes when an operator mends it, as a refused password
   * does. Kafka's own clients tell such failures to their brokers apart: there its word holds.
   *
   * <p>So does what is wrong with a transaction of Kafka's producer, such as one whose commit was
   * left unanswered until the brokers aborted it: Kafka Streams goes on with the producer all the
   * same, and fails. That of another thread has no such past.
   */
  public static boolean isTransient(Throwable fault) {
    Throwable cause = fault;
    for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
      if (cause instanceof SchemaRegistryException registry) {
        return registry.isTransient();
      }
      if (cause instanceof ApiException answer) {
        return answer instanceof RetriableException || isOverWithAnotherProducer(answer);
      }
      if (cause instanceof TransientFaultException
          || cause instanceof SocketException
          || cause instanceof SocketTimeoutException
          || cause instanceof UnknownHostException
          || cause instanceof HttpTimeoutException
          || cause instanceof SSLException
          || isOfTransactions(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean isOverWithAnotherProducer(ApiException answer) {
    return answer instanceof InvalidTxnStateException
        || answer instanceof TransactionAbortableException;
  }

  private static boolean isOfTransactions(Throwable fault) {
    StackTraceElement[] trace = fault.getStackTrace();
    return fault instanceof IllegalStateException
        && trace.length > 0
        && trace[0].getClassName().equals(TRANSACTIONS);
  }

  /**
   * Whether the fault is Kafka's own, such as a fenced producer, a task that has moved or an
   * interrupted thread: whatever the record, Kafka Streams must hear of it. A {@link
   * SerializationException} is about the bytes of the record.
   */
  public static boolean isOfKafka(RuntimeException fault) {
    return fault instanceof KafkaException && !(fault instanceof SerializationException);
  }
}
