package io.lowtide.stream.topology;

import io.lowtide.stream.metrics.StreamMetrics;
import io.lowtide.stream.output.Adjustment;
import io.lowtide.stream.output.OutputLimits;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Gives each record a timestamp that every topic takes, before anything is written about it: a
 * changelog writes under the timestamp of the record at hand.
 */
final class ArrivalProcessor extends ContextualProcessor<byte[], byte[], byte[], Arrival> {

  private final OutputLimits limits;
  private final StreamMetrics metrics;

  ArrivalProcessor(OutputLimits limits, StreamMetrics metrics) {
    this.limits = limits;
    this.metrics = metrics;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    long eventTime = record.timestamp();
    long accepted = limits.timestamp(eventTime, context().currentSystemTimeMs());
    if (accepted != eventTime) {
      metrics.adjusted(Adjustment.TIMESTAMP_REPLACED);
    }
    context()
        .forward(
            new Record<>(
                record.key(), new Arrival(record.value(), eventTime), accepted, record.headers()));
  }
}
