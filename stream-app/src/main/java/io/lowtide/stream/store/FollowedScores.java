package io.lowtide.stream.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lowtide.density.calibration.FollowingCalibration;
import io.lowtide.density.calibration.Ranking;
import io.lowtide.density.scoring.ScoreOutcome;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.detection.Rankings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The scores that the calibration follows, in a store of Kafka Streams and so under its
 * transactions. Belongs to one task.
 *
 * <p>They are kept in chunks of 32, so that a record rewrites one small entry. Another entry says
 * of which model they are: scores of two models do not compare, so that they are forgotten when the
 * model changes.
 */
public final class FollowedScores implements Rankings {

  private static final byte VERSION = 1;
  private static final int IN_CHUNK = 32;
  private static final Bytes MODEL = Bytes.wrap(new byte[] {'m'});
  private static final byte SCORES = 's';

  private final KeyValueStore<Bytes, byte[]> store;
  private final int capacity;
  private final Runnable leftOut;
  private FollowingCalibration following;
  private double budget;
  private Chunk chunk;

  /**
   * Scores in the order in which they entered.
   *
   * @param number 0, 1, 2, ...
   * @param credit of the calibration after the last of them
   */
  private record Chunk(long number, double credit, double[] scores) {

    static final Chunk FIRST = new Chunk(0, 0, new double[0]);

    boolean isFull() {
      return scores.length == IN_CHUNK;
    }

    Chunk with(double score) {
      if (isFull()) {
        return new Chunk(number + 1, credit, new double[] {score});
      }
      double[] more = Arrays.copyOf(scores, scores.length + 1);
      more[scores.length] = score;
      return new Chunk(number, credit, more);
    }

    Chunk withCredit(double now) {
      return new Chunk(number, now, scores);
    }

    byte[] bytes() {
      ByteBuffer buffer =
          ByteBuffer.allocate(1 + Long.BYTES + (1 + scores.length) * Double.BYTES)
              .put(VERSION)
              .putLong(number)
              .putDouble(credit);
      for (double score : scores) {
        buffer.putDouble(score);
      }
      return buffer.array();
    }

    static Chunk of(byte[] stored) {
      ByteBuffer buffer = ByteBuffer.wrap(stored);
      if (buffer.get() != VERSION) {
        throw new SerializationException(
            "followed scores: stored in version " + stored[0] + ", expected " + VERSION);
      }
      long number = buffer.getLong();
      double credit = buffer.getDouble();
      double[] scores = new double[buffer.remaining() / Double.BYTES];
      buffer.asDoubleBuffer().get(scores);
      return new Chunk(number, credit, scores);
    }
  }

  /**
   * @param store what is stored
   * @param capacity scores that are kept
   * @param leftOut runs for each record whose score does not enter
   */
  public FollowedScores(KeyValueStore<Bytes, byte[]> store, int capacity, Runnable leftOut) {
    this.store = store;
    this.capacity = capacity;
    this.leftOut = leftOut;
  }

  @Override
  public Ranking under(ActiveModel model) {
    following = new FollowingCalibration(model.bundle().calibration(), model.budget(), capacity);
    budget = model.budget();
    chunk = Chunk.FIRST;
    byte[] owner = owner(model);
    List<Chunk> stored = chunks();
    if (!Arrays.equals(owner, store.get(MODEL))) {
      stored.forEach(old -> store.delete(key(old.number())));
      store.put(MODEL, owner);
    } else if (!stored.isEmpty()) {
      resume(stored);
    }
    return following;
  }

  private void resume(List<Chunk> stored) {
    chunk = stored.get(stored.size() - 1);
    double[] scores =
        stored.stream().flatMapToDouble(known -> DoubleStream.of(known.scores())).toArray();
    int kept = Math.min(capacity, scores.length);
    following.resume(
        Arrays.copyOfRange(scores, scores.length - kept, scores.length), chunk.credit());
    for (Chunk known : stored) {
      if (known.number() <= chunk.number() - chunksKept()) {
        store.delete(key(known.number()));
      }
    }
  }

  @Override
  public void follow(ScoreOutcome.Scored score) {
    if (following.follow(score.conformityScore(), score.pValue() <= budget)) {
      if (chunk.isFull() && chunk.number() + 1 >= chunksKept()) {
        store.delete(key(chunk.number() + 1 - chunksKept()));
      }
      chunk = chunk.with(score.conformityScore());
    } else {
      leftOut.run();
    }
    chunk = chunk.withCredit(following.credit());
    store.put(key(chunk.number()), chunk.bytes());
  }

  /** The last one is not full, and the rest of the window may begin in the middle of one. */
  private int chunksKept() {
    return (capacity + IN_CHUNK - 1) / IN_CHUNK + 1;
  }

  /** All there are, in their order, which is that of their keys. */
  private List<Chunk> chunks() {
    List<Chunk> chunks = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
      while (entries.hasNext()) {
        KeyValue<Bytes, byte[]> entry = entries.next();
        if (!entry.key.equals(MODEL)) {
          chunks.add(Chunk.of(entry.value));
        }
      }
    }
    return chunks;
  }

  private static Bytes key(long chunk) {
    return Bytes.wrap(ByteBuffer.allocate(1 + Long.BYTES).put(SCORES).putLong(chunk).array());
  }

  private static byte[] owner(ActiveModel model) {
    byte[] hash = model.bundle().record().getSha256().getBytes(US_ASCII);
    return ByteBuffer.allocate(1 + hash.length).put(VERSION).put(hash).array();
  }
}
