package io.lowtide.stream.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.kafka.episode.Badness;
import io.lowtide.kafka.episode.OpenEpisode;
import io.lowtide.kafka.episode.PartitionState;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeChange;
import io.lowtide.schemas.EpisodeContract;
import io.lowtide.schemas.EpisodeKind;
import io.lowtide.schemas.EpisodeRecord;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.SeverityLevel;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class EpisodeStoreTest {

  static {
    GeneratedClasses.trust();
  }

  private static final Instant AT = Instant.parse("2026-03-01T00:00:00Z");
  private static final RecordPosition SOURCE = new RecordPosition("readings", 1, 42L);
  private static final EpisodeStore STORE = new EpisodeStore(TestStores.ofBytes());

  private static OpenEpisode open(long order) {
    EpisodeRecord worst =
        EpisodeRecord.newBuilder()
            .setId("readings-1-43-v1")
            .setModelVersion("v1")
            .setEventTime(AT)
            .setLogLikelihood(-31.5)
            .setPValue(0.001)
            .setSeverity(3.5)
            .setLevel(SeverityLevel.MEDIUM)
            .setOneIn(3200)
            .setSource(SOURCE)
            .build();
    Episode episode =
        Episode.newBuilder()
            .setId("readings-1-42-v1")
            .setDetector("press-line")
            .setKind(EpisodeKind.ANOMALY)
            .setChange(EpisodeChange.WORSENED)
            .setKey("press-7")
            .setFirstSeen(AT)
            .setLastSeen(AT.plusSeconds(60))
            .setCount(7)
            .setSummary("7 anomalies in 60.0 seconds")
            .setWorst(worst)
            .setFields(List.of("pressure"))
            .setExplained(2)
            .setSource(SOURCE)
            .build();
    return new OpenEpisode(
        episode,
        AT.toEpochMilli(),
        order,
        order % 2 == 1,
        new Badness(3.5, SeverityLevel.MEDIUM, -2.5, 29));
  }

  /** One that its first record tells all of. */
  private static OpenEpisode opened() {
    OpenEpisode open = open(0);
    EpisodeRecord first =
        EpisodeRecord.newBuilder(open.episode().getWorst())
            .setId(open.episode().getId())
            .setSummary("CRITICAL: pressure is 9.1 (expected 3.2 to 3.9)")
            .build();
    Episode episode =
        Episode.newBuilder(open.episode())
            .setChange(EpisodeChange.OPENED)
            .setCount(1)
            .setSummary(first.getSummary())
            .setWorst(first)
            .build();
    return new OpenEpisode(episode, open.touched(), 0, false, open.told());
  }

  /** As versions before stored them: all that they tell. */
  private static byte[] storedWhole(OpenEpisode open) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream head = new DataOutputStream(bytes);
    head.write(new byte[] {2, 1});
    head.writeLong(open.touched());
    head.writeLong(open.order());
    head.writeBoolean(open.dormant());
    head.writeDouble(open.told().measure());
    head.writeByte(open.told().level().ordinal());
    head.writeDouble(open.told().first());
    head.writeDouble(open.told().drop());
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new SpecificDatumWriter<>(Episode.class).write(open.episode(), encoder);
    return bytes.toByteArray();
  }

  @Test
  void shouldReadBackTheEpisodesOfAKey() {
    List<OpenEpisode> episodes = List.of(open(0), open(1), opened());

    assertThat(STORE.episodes(STORE.bytes(episodes))).isEqualTo(episodes);
  }

  @Test
  void shouldStoreOnceWhatAnEpisodeTellsTwice() throws IOException {
    OpenEpisode open = opened();

    assertThat(STORE.bytes(List.of(open)))
        .hasSize(
            storedWhole(open).length
                - open.episode().getSummary().length()
                - open.episode().getId().length());
  }

  @Test
  void shouldReadWhatAnEarlierVersionHasStored() throws IOException {
    for (OpenEpisode open : List.of(open(1), opened())) {
      assertThat(STORE.episodes(storedWhole(open))).containsExactly(open);
    }
  }

  @Test
  void shouldSayThatEpisodesWereStoredByALaterApplication() {
    byte[] stored = STORE.bytes(List.of(open(0)));
    stored[0]++;

    assertThatThrownBy(() -> STORE.episodes(stored))
        .isInstanceOf(SerializationException.class)
        .hasMessage(
            "episodes of a key: stored in version %d, expected 1 to %d",
            EpisodeContract.LATEST + 1, EpisodeContract.LATEST);
  }

  @Test
  void shouldHoldTheSameWhenItIsOpenedAgain() {
    KeyValueStore<Bytes, byte[]> entries = TestStores.ofBytes();
    EpisodeStore store = new EpisodeStore(entries);
    Bytes first = store.subject(new byte[] {1});
    Bytes second = store.subject(null);
    store.remember(first, List.of(open(0), open(1)));
    store.remember(second, List.of(open(2)));
    store.remember(store.unscorable(), List.of(open(3)));
    store.remember(second, List.of());

    assertThat(new EpisodeStore(entries).all())
        .isEqualTo(store.all())
        .isEqualTo(Map.of(first, List.of(open(0), open(1)), store.unscorable(), List.of(open(3))));
  }

  @Test
  void shouldGoOnFromWhatAVersionWithoutAJournalHasLeft() {
    KeyValueStore<Bytes, byte[]> entries = TestStores.ofBytes();
    Bytes key = STORE.subject(new byte[] {1});
    entries.put(key, STORE.bytes(List.of(open(0))));
    entries.put(STORE.subject(null), STORE.bytes(List.of(open(1))));
    entries.put(STORE.unscorable(), STORE.bytes(List.of(open(2))));
    EpisodeStore store = new EpisodeStore(entries);
    assertThat(store.all()).hasSize(3);
    assertThat(store.of(key)).containsExactly(open(0));

    store.remember(key, List.of(open(4)));
    store.remember(store.unscorable(), List.of());

    assertThat(new EpisodeStore(entries).all())
        .isEqualTo(Map.of(key, List.of(open(4)), store.subject(null), List.of(open(1))));
    assertThat(entries.get(key)).as("as it was").isNull();
  }

  @Test
  void shouldSayThatEpisodesAreCutShort() {
    byte[] stored = STORE.bytes(List.of(open(0)));

    assertThatThrownBy(() -> STORE.episodes(Arrays.copyOf(stored, stored.length - 9)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("are not the episodes of a key");
  }

  @Test
  void shouldReadBackWhatIsKnownOfAPartitionToTheLastBit() {
    PartitionState state = PartitionState.initial(12);
    for (int i = 0; i < 20; i++) {
      state =
          state.after(
              1_000L * i,
              i % 3 == 0 ? PartitionState.Outcome.ANOMALY : PartitionState.Outcome.UNSCORABLE);
    }

    PartitionState read = EpisodeStore.partition(EpisodeStore.bytes(state));

    assertThat(read).usingRecursiveComparison().isEqualTo(state);
  }

  @Test
  void shouldKeepRecordsWithoutAKeyApartFromThoseOfAnEmptyOne() {
    assertThat(
            List.of(
                STORE.subject(null),
                STORE.subject(new byte[0]),
                STORE.subject(new byte[] {'p'}),
                STORE.unscorable()))
        .doesNotHaveDuplicates();
    assertThat(STORE.subject(new byte[600_000]).get()).hasSize(33);
  }
}
