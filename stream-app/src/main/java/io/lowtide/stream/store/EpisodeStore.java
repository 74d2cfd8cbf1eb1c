package io.lowtide.stream.store;

import io.lowtide.kafka.episode.Badness;
import io.lowtide.kafka.episode.EpisodeMemory;
import io.lowtide.kafka.episode.OpenEpisode;
import io.lowtide.kafka.episode.PartitionState;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeContract;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.SeverityLevel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Episodes in a store of Kafka Streams and so under its transactions. Each value begins with the
 * version of its form; for episodes that is the {@linkplain EpisodeContract version of the
 * contract} that they are written by, so that what an earlier one stored is read by what it was
 * written by.
 */
public final class EpisodeStore implements EpisodeMemory {

  private static final byte PARTITION_VERSION = 1;
  private static final Bytes PARTITION = Bytes.wrap(new byte[] {'p'});
  private static final int PARTITION_NUMBERS = 6;
  private static final Bytes NO_KEY = Bytes.wrap(new byte[] {'n'});
  private static final Bytes UNSCORABLE = Bytes.wrap(new byte[] {'u'});
  private static final byte KEY = 'k';

  static {
    GeneratedClasses.trust();
  }

  private final KeyValueStore<Bytes, byte[]> store;

  /**
   * @param store what is stored
   */
  public EpisodeStore(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  @Override
  public Map<Bytes, List<OpenEpisode>> all() {
    Map<Bytes, List<OpenEpisode>> all = new LinkedHashMap<>();
    try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
      while (entries.hasNext()) {
        KeyValue<Bytes, byte[]> entry = entries.next();
        if (!entry.key.equals(PARTITION)) {
          all.put(entry.key, episodes(entry.value));
        }
      }
    }
    return all;
  }

  @Override
  public List<OpenEpisode> of(Bytes subject) {
    byte[] stored = store.get(subject);
    return stored == null ? List.of() : episodes(stored);
  }

  @Override
  public void remember(Bytes subject, List<OpenEpisode> open) {
    if (open.isEmpty()) {
      store.delete(subject);
    } else {
      store.put(subject, bytes(open));
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

  static byte[] bytes(List<OpenEpisode> open) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(EpisodeContract.LATEST);
      out.writeByte(open.size());
      for (OpenEpisode episode : open) {
        out.writeLong(episode.touched());
        out.writeLong(episode.order());
        out.writeBoolean(episode.dormant());
        out.writeDouble(episode.told().measure());
        out.writeByte(episode.told().level().ordinal());
        out.writeDouble(episode.told().first());
        out.writeDouble(episode.told().drop());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new SpecificDatumWriter<>(Episode.class).write(episode.episode(), encoder);
        encoder.flush();
      }
    } catch (IOException e) {
      throw new SerializationException("episodes of a key: " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }

  private static SeverityLevel level(byte number) throws IOException {
    SeverityLevel[] levels = SeverityLevel.values();
    if (number < 0 || number >= levels.length) {
      throw new IOException("level " + number + ", expected 0 to " + (levels.length - 1));
    }
    return levels[number];
  }

  static List<OpenEpisode> episodes(byte[] stored) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored))) {
      int version = in.readUnsignedByte();
      requireVersion(version, EpisodeContract.LATEST, "episodes of a key");
      SpecificDatumReader<Episode> reader =
          new SpecificDatumReader<>(EpisodeContract.version(version), Episode.getClassSchema());
      List<OpenEpisode> open = new ArrayList<>();
      for (int left = in.readUnsignedByte(); left > 0; left--) {
        long touched = in.readLong();
        long order = in.readLong();
        boolean dormant = in.readBoolean();
        Badness told =
            new Badness(in.readDouble(), level(in.readByte()), in.readDouble(), in.readDouble());
        Episode episode = reader.read(null, DecoderFactory.get().directBinaryDecoder(in, null));
        open.add(new OpenEpisode(episode, touched, order, dormant, told));
      }
      return open;
    } catch (IOException | AvroRuntimeException e) {
      throw new SerializationException(
          stored.length + " bytes are not the episodes of a key: " + e.getMessage(), e);
    }
  }
}
