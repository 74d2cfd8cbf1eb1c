package io.lowtide.stream.refusal;

import io.lowtide.stream.deadletter.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the {@link Refusals} of refused messages. It lets the thread fail in any case: under
 * exactly-once the transaction cannot be committed any more, and otherwise the message would be
 * lost.
 */
public final class RefusalHandler implements ProductionExceptionHandler {

  /** Setting that holds the {@link Refusals} themselves. */
  public static final String REFUSALS = "lowtide.refusals";

  private static final Logger LOG = LoggerFactory.getLogger(RefusalHandler.class);

  /** Kafka's word for the innocent messages of a batch that was refused for others. */
  private static final String INNOCENT =
      "Failed to append record because it was part of a batch which had one more more invalid"
          + " records";

  private Refusals refusals;

  /** For Kafka Streams, which calls {@link #configure} next. */
  public RefusalHandler() {}

  @Override
  public void configure(Map<String, ?> settings) {
    refusals = (Refusals) settings.get(REFUSALS);
  }

  @Override
  public Response handleError(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> message, Exception fault) {
    if (fault.getClass() == KafkaException.class && INNOCENT.equals(fault.getMessage())) {
      // The one that is at fault comes later in the same batch, and ends the transaction.
      return Response.resume();
    }
    if (Refusals.isRefusal(fault)) {
      Refusals.Place place = place(context, message.headers());
      LOG.warn(
          "Topic {} refused a message{}: {}",
          message.topic(),
          place == null
              ? ""
              : " about " + place.topic() + "-" + place.partition() + "-" + place.offset(),
          fault.getMessage());
      refusals.note(place, fault);
    }
    return Response.fail();
  }

  /** Where the record is: the message says so, or, if it was refused at once, the context. */
  private static Refusals.Place place(ErrorHandlerContext context, Headers headers) {
    Header topic = headers.lastHeader(DeadLetters.TOPIC);
    Header partition = headers.lastHeader(DeadLetters.PARTITION);
    Header offset = headers.lastHeader(DeadLetters.OFFSET);
    if (topic != null && partition != null && offset != null) {
      return new Refusals.Place(
          text(topic), Integer.parseInt(text(partition)), Long.parseLong(text(offset)));
    }
    boolean atOnce = Thread.currentThread().getName().contains("StreamThread");
    return atOnce && context.topic() != null
        ? new Refusals.Place(context.topic(), context.partition(), context.offset())
        : null;
  }

  private static String text(Header header) {
    return new String(header.value(), StandardCharsets.UTF_8);
  }
}
