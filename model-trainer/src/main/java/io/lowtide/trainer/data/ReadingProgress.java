package io.lowtide.trainer.data;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says now and then how far the reading of a long source is. */
final class ReadingProgress {

  private static final Logger LOG = LoggerFactory.getLogger(ReadingProgress.class);
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /** The clock is not asked more often. */
  private static final int STRIDE = 4096;

  private final String source;
  private final String done;
  private final long expected;
  private long records;
  private long next = System.nanoTime() + INTERVAL.toNanos();

  /**
   * @param source its name
   * @param done what was done with the records, such as "read"
   * @param expected number of records, or about so many; 0: not known
   */
  ReadingProgress(String source, String done, long expected) {
    this.source = source;
    this.done = done;
    this.expected = expected;
  }

  /** Called for each record. */
  void next() {
    records++;
    if (records % STRIDE == 0 && System.nanoTime() - next > 0) {
      next = System.nanoTime() + INTERVAL.toNanos();
      LOG.info(
          "{}: {} records {}{}",
          source,
          records,
          done,
          expected == 0 ? "" : " of about " + expected);
    }
  }
}
