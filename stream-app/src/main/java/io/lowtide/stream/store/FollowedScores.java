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
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The scores that the calibration follows, in a store of Kafka Streams and so under its
 * transactions. Belongs to one task.
 *
 * <p>They are kept in chunks of 32, so that a record rewrites one small entry. Scores of two models
 * do not compare, so that each model has its own: those of the last two are kept, since a model may
 * be gone back to soon after a swap.
 */
public final class FollowedScores implements Rankings {

  private static final byte VERSION = 1;
  private static final int IN_CHUNK = 32;
  private static final int PLACES = 2;
  private static final byte MODEL = 'm';
  private static final byte SCORES = 's';

  private final KeyValueStore<Bytes, byte[]> store;
  private final int capacity;
  private final Runnable leftOut;
  private FollowingCalibration following;
  private double budget;
  private byte place;
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
      requireVersion(buffer.get());
      long number = buffer.getLong();
      double credit = buffer.getDouble();
      double[] scores = new double[buffer.remaining() / Double.BYTES];
      buffer.asDoubleBuffer().get(scores);
      return new Chunk(number, credit, scores);
    }
  }

  /**
   * Whose scores are at a place.
   *
   * @param order of two, that of the model that was used last is greater
   * @param sha256 of the bundle; empty before there was one
   */
  private record Owner(long order, String sha256) {

    static final Owner NOBODY = new Owner(0, "");

    byte[] bytes() {
      byte[] hash = sha256.getBytes(US_ASCII);
      return ByteBuffer.allocate(1 + Long.BYTES + hash.length)
          .put(VERSION)
          .putLong(order)
          .put(hash)
          .array();
    }

    static Owner of(byte[] stored) {
      if (stored == null) {
        return NOBODY;
      }
      ByteBuffer buffer = ByteBuffer.wrap(stored);
      requireVersion(buffer.get());
      return new Owner(buffer.getLong(), US_ASCII.decode(buffer).toString());
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
    place = placeOf(model.bundle().record().getSha256());
    List<Chunk> stored = chunks(place);
    if (!stored.isEmpty()) {
      resume(stored);
    }
    return following;
  }

  /** Where the scores of a model are; a model that has none gets the place of the older one. */
  private byte placeOf(String sha256) {
    Owner[] owners = new Owner[PLACES];
    Arrays.setAll(owners, i -> Owner.of(store.get(modelKey((byte) i))));
    byte newest = (byte) (owners[0].order() > owners[1].order() ? 0 : 1);
    if (owners[newest].sha256().equals(sha256)) {
      return newest;
    }
    byte other = (byte) (1 - newest);
    if (!owners[other].sha256().equals(sha256)) {
      chunks(other).forEach(old -> store.delete(key(other, old.number())));
    }
    store.put(modelKey(other), new Owner(owners[newest].order() + 1, sha256).bytes());
    return other;
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
        store.delete(key(place, known.number()));
      }
    }
  }

  @Override
  public void follow(ScoreOutcome.Scored score) {
    if (following.follow(score.conformityScore(), score.pValue() <= budget)) {
      if (chunk.isFull() && chunk.number() + 1 >= chunksKept()) {
        store.delete(key(place, chunk.number() + 1 - chunksKept()));
      }
      chunk = chunk.with(score.conformityScore());
    } else {
      leftOut.run();
    }
    chunk = chunk.withCredit(following.credit());
    store.put(key(place, chunk.number()), chunk.bytes());
  }

  /** The last one is not full, and the rest of the window may begin in the middle of one. */
  private int chunksKept() {
    return (capacity + IN_CHUNK - 1) / IN_CHUNK + 1;
  }

  /** All at a place, in their order. */
  private List<Chunk> chunks(byte place) {
    List<Chunk> chunks = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> entries =
        store.range(key(place, 0), key(place, Long.MAX_VALUE))) {
      entries.forEachRemaining(entry -> chunks.add(Chunk.of(entry.value)));
    }
    return chunks;
  }

  private static Bytes key(byte place, long chunk) {
    return Bytes.wrap(
        ByteBuffer.allocate(2 + Long.BYTES).put(SCORES).put(place).putLong(chunk).array());
  }

  private static Bytes modelKey(byte place) {
    return Bytes.wrap(new byte[] {MODEL, place});
  }

  private static void requireVersion(byte found) {
    if (found != VERSION) {
      throw new SerializationException(
          "followed scores: stored in version " + found + ", expected " + VERSION);
    }
  }
}
