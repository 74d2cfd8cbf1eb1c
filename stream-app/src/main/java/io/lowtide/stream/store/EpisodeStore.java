package io.lowtide.stream.store;

import io.lowtide.kafka.episode.Badness;
import io.lowtide.kafka.episode.EpisodeMemory;
import io.lowtide.kafka.episode.OpenEpisode;
import io.lowtide.kafka.episode.PartitionState;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeContract;
import io.lowtide.schemas.EpisodeRecord;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.RecordWriter;
import io.lowtide.schemas.SeverityLevel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Episodes in a store of Kafka Streams and so under its transactions; on the heap, too, since most
 * are closed soon. Each value begins with the version of its form; for episodes that is the
 * {@linkplain EpisodeContract version of the contract} that they are written by, so that what an
 * earlier one stored is read by what it was written by. What an episode tells twice is stored once,
 * and how the detector does is not stored, since that is found anew for each message. They are in a
 * {@link Journal}; those from before there was one stay where they are until they change. Belongs
 * to one task.
 */
public final class EpisodeStore implements EpisodeMemory {

  private static final byte PARTITION_VERSION = 1;
  private static final Bytes PARTITION = Bytes.wrap(new byte[] {'p'});
  private static final int PARTITION_NUMBERS = 6;
  private static final Bytes NO_KEY = Bytes.wrap(new byte[] {'n'});
  private static final Bytes UNSCORABLE = Bytes.wrap(new byte[] {'u'});
  private static final byte KEY = 'k';
  private static final byte JOURNAL = 'e';

  /** Added to the version of the contract where what is told twice is stored once. */
  private static final int ABRIDGED = 64;

  private static final String AS_ELSEWHERE = "";

  static {
    GeneratedClasses.trust();
  }

  /** The times, the measures and the level of an episode, before the episode itself. */
  private static final int HEAD_LENGTH = 2 * Long.BYTES + 1 + Double.BYTES + 1 + 2 * Double.BYTES;

  private final KeyValueStore<Bytes, byte[]> store;
  private final Journal journal;
  private final Map<Bytes, List<OpenEpisode>> known = new HashMap<>();
  private final Set<Bytes> old = new HashSet<>();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream(1_024);
  private final ByteBuffer head = ByteBuffer.allocate(HEAD_LENGTH);
  private final RecordWriter writer = new RecordWriter(Episode.getClassSchema());
  private final Map<Integer, SpecificDatumReader<Episode>> readers = new HashMap<>();
  private BinaryEncoder encoder;
  private BinaryDecoder decoder;

  /**
   * Goes on from what the store holds.
   *
   * @param store what is stored
   */
  public EpisodeStore(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
    this.journal = new Journal(store, JOURNAL);
    readOld(store.range(NO_KEY, NO_KEY));
    readOld(store.range(UNSCORABLE, UNSCORABLE));
    readOld(store.range(Bytes.wrap(new byte[] {KEY}), Bytes.wrap(new byte[] {KEY + 1})));
    journal.forEach((subject, stored) -> known.put(subject, episodes(stored)));
  }

  private void readOld(KeyValueIterator<Bytes, byte[]> entries) {
    try (entries) {
      entries.forEachRemaining(
          entry -> {
            known.put(entry.key, episodes(entry.value));
            old.add(entry.key);
          });
    }
  }

  @Override
  public Map<Bytes, List<OpenEpisode>> all() {
    return Collections.unmodifiableMap(known);
  }

  @Override
  public List<OpenEpisode> of(Bytes subject) {
    return known.getOrDefault(subject, List.of());
  }

  @Override
  public void remember(Bytes subject, List<OpenEpisode> open) {
    if (open.isEmpty()) {
      known.remove(subject);
      journal.remove(subject);
    } else {
      known.put(subject, List.copyOf(open));
      journal.put(subject, bytes(open));
    }
    if (old.remove(subject)) {
      store.delete(subject);
    }
  }

  @Override
  public Optional<PartitionState> partition() {
    return Optional.ofNullable(store.get(PARTITION)).map(EpisodeStore::partition);
  }

  @Override
  public void remember(PartitionState state) {
    store.put(PARTITION, bytes(state));
  }

  @Override
  public Bytes subject(byte[] key) {
    return key == null ? NO_KEY : StoreKeys.of(KEY, key);
  }

  @Override
  public Bytes unscorable() {
    return UNSCORABLE;
  }

  static byte[] bytes(PartitionState state) {
    long[] times = state.times();
    ByteBuffer buffer =
        ByteBuffer.allocate(2 + (times.length + PARTITION_NUMBERS) * Long.BYTES)
            .put(PARTITION_VERSION)
            .put((byte) times.length);
    for (long time : times) {
      buffer.putLong(time);
    }
    return buffer
        .putLong(state.steadyTime())
        .putLong(state.scored())
        .putDouble(state.anomalyRate())
        .putDouble(state.unscorableRate())
        .putLong(state.unscorableSince())
        .putLong(state.alertsBefore())
        .array();
  }

  static PartitionState partition(byte[] stored) {
    ByteBuffer buffer = ByteBuffer.wrap(stored);
    requireVersion(buffer.get(), PARTITION_VERSION, "what is known of a partition");
    long[] times = new long[buffer.get()];
    for (int i = 0; i < times.length; i++) {
      times[i] = buffer.getLong();
    }
    return new PartitionState(
        times,
        buffer.getLong(),
        buffer.getLong(),
        buffer.getDouble(),
        buffer.getDouble(),
        buffer.getLong(),
        buffer.getLong());
  }

  private static void requireVersion(int found, int latest, String what) {
    if (found < 1 || found > latest) {
      throw new SerializationException(
          what + ": stored in version " + found + ", expected 1 to " + latest);
    }
  }

  byte[] bytes(List<OpenEpisode> open) {
    written.reset();
    encoder = EncoderFactory.get().binaryEncoder(written, encoder);
    try {
      encoder.writeFixed(new byte[] {ABRIDGED + EpisodeContract.LATEST, (byte) open.size()});
      for (OpenEpisode episode : open) {
        head.clear();
        head.putLong(episode.touched())
            .putLong(episode.order())
            .put((byte) (episode.dormant() ? 1 : 0))
            .putDouble(episode.told().measure())
            .put((byte) episode.told().level().ordinal())
            .putDouble(episode.told().first())
            .putDouble(episode.told().drop());
        encoder.writeFixed(head.array());
        writer.write(abridged(episode.episode()), encoder);
      }
      encoder.flush();
    } catch (IOException e) {
      throw new SerializationException("episodes of a key: " + e.getMessage(), e);
    }
    return written.toByteArray();
  }

  /** Shares all else with the episode. */
  private static Episode abridged(Episode episode) {
    EpisodeRecord worst = episode.getWorst();
    if (worst == null) {
      return withText(episode, episode.getSummary(), null);
    }
    boolean sameSummary = episode.getSummary().equals(worst.getSummary());
    boolean sameId = episode.getId().equals(worst.getId());
    return withText(
        episode,
        sameSummary ? AS_ELSEWHERE : episode.getSummary(),
        sameId ? withId(worst, AS_ELSEWHERE) : worst);
  }

  private static Episode whole(Episode stored) {
    EpisodeRecord worst = stored.getWorst();
    if (worst == null) {
      return stored;
    }
    boolean sameSummary = stored.getSummary().equals(AS_ELSEWHERE) && worst.getSummary() != null;
    boolean sameId = worst.getId().equals(AS_ELSEWHERE);
    return withText(
        stored,
        sameSummary ? worst.getSummary() : stored.getSummary(),
        sameId ? withId(worst, stored.getId()) : worst);
  }

  private static Episode withText(Episode episode, String summary, EpisodeRecord worst) {
    return new Episode(
        episode.getId(),
        episode.getDetector(),
        episode.getKind(),
        episode.getChange(),
        episode.getClosedBy(),
        episode.getKey(),
        episode.getFirstSeen(),
        episode.getLastSeen(),
        episode.getCount(),
        summary,
        worst,
        episode.getFields(),
        episode.getExplained(),
        episode.getReasons(),
        episode.getSource(),
        null);
  }

  private static EpisodeRecord withId(EpisodeRecord record, String id) {
    return new EpisodeRecord(
        id,
        record.getModelVersion(),
        record.getEventTime(),
        record.getLogLikelihood(),
        record.getPValue(),
        record.getSeverity(),
        record.getLevel(),
        record.getOneIn(),
        record.getSummary(),
        record.getSource());
  }

  private static SeverityLevel level(byte number) throws IOException {
    SeverityLevel[] levels = SeverityLevel.values();
    if (number < 0 || number >= levels.length) {
      throw new IOException("level " + number + ", expected 0 to " + (levels.length - 1));
    }
    return levels[number];
  }

  List<OpenEpisode> episodes(byte[] stored) {
    decoder = DecoderFactory.get().binaryDecoder(stored, decoder);
    byte[] versionAndCount = new byte[2];
    try {
      decoder.readFixed(versionAndCount);
      int form = Byte.toUnsignedInt(versionAndCount[0]);
      boolean isAbridged = form > ABRIDGED;
      int version = isAbridged ? form - ABRIDGED : form;
      requireVersion(version, EpisodeContract.LATEST, "episodes of a key");
      SpecificDatumReader<Episode> reader =
          readers.computeIfAbsent(version, EpisodeStore::readerOf);
      List<OpenEpisode> open = new ArrayList<>();
      for (int left = Byte.toUnsignedInt(versionAndCount[1]); left > 0; left--) {
        decoder.readFixed(head.array());
        head.clear();
        long touched = head.getLong();
        long order = head.getLong();
        boolean dormant = head.get() != 0;
        Badness told =
            new Badness(head.getDouble(), level(head.get()), head.getDouble(), head.getDouble());
        Episode read = reader.read(null, decoder);
        open.add(new OpenEpisode(isAbridged ? whole(read) : read, touched, order, dormant, told));
      }
      return open;
    } catch (IOException | AvroRuntimeException e) {
      throw new SerializationException(
          stored.length + " bytes are not the episodes of a key: " + e.getMessage(), e);
    }
  }

  /** Kept: to find how one contract is read as another takes longer than to read an episode. */
  private static SpecificDatumReader<Episode> readerOf(int version) {
    return new SpecificDatumReader<>(EpisodeContract.version(version), Episode.getClassSchema());
  }
}
