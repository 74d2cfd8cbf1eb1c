package io.lowtide.kafka.episode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.lowtide.density.calibration.Rarity;
import io.lowtide.kafka.episode.PartitionState.Outcome;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.DetectorState;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeChange;
import io.lowtide.schemas.EpisodeEnd;
import io.lowtide.schemas.EpisodeKind;
import io.lowtide.schemas.EpisodeRecord;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.ReasonCount;
import io.lowtide.schemas.RecordPosition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class EpisodeBookTest {

  static {
    GeneratedClasses.trust();
  }

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final DetectorState STATE =
      new DetectorState(
          "v1", START.minus(Duration.ofDays(30)), 0.01, 0.02, 1_000L, 0.0, null, null, null);
  private static final List<String> PRESSURE = List.of("pressure");

  private final InMemory memory = new InMemory();
  private final List<Episode> told = new ArrayList<>();
  private EpisodeBook book = book(100);
  private PartitionState partition = PartitionState.initial(0);
  private int explanations;
  private long offset;

  private static final class InMemory implements EpisodeMemory {

    private final Map<Bytes, List<OpenEpisode>> open = new HashMap<>();

    @Override
    public Map<Bytes, List<OpenEpisode>> all() {
      return open;
    }

    @Override
    public List<OpenEpisode> of(Bytes subject) {
      return open.getOrDefault(subject, List.of());
    }

    @Override
    public void remember(Bytes subject, List<OpenEpisode> episodes) {
      if (episodes.isEmpty()) {
        open.remove(subject);
      } else {
        open.put(subject, List.copyOf(episodes));
      }
    }

    @Override
    public Optional<PartitionState> partition() {
      return Optional.empty();
    }

    @Override
    public void remember(PartitionState state) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Bytes subject(byte[] key) {
      return Bytes.wrap(
          ("k" + new String(key, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Bytes unscorable() {
      return Bytes.wrap(new byte[] {'u'});
    }
  }

  private EpisodeBook book(int limit) {
    return new EpisodeBook(
        memory, new EpisodeSettings(Duration.ofMinutes(15), limit, 0.1), "press-line");
  }

  private static Instant minute(double minutes) {
    return START.plusMillis(Math.round(minutes * 60_000));
  }

  private void see(Instant at, Outcome outcome, Occurrence occurrence) {
    partition = partition.after(at.toEpochMilli(), outcome);
    EpisodePlan plan = book.plan(partition, occurrence, () -> STATE);
    book.apply(plan);
    told.addAll(plan.told());
    offset++;
  }

  /** As many normal records as move the clock of the partition. */
  private void normal(Instant at) {
    for (int i = 0; i < 9; i++) {
      see(at, Outcome.NORMAL, Occurrence.NORMAL);
    }
  }

  private void anomaly(String key, Instant at, double severity, String... fields) {
    anomaly(key, at, severity, true, Occurrence.Before.NOTHING, List.of(fields));
  }

  private void anomaly(
      String key,
      Instant at,
      double severity,
      boolean published,
      Occurrence.Before before,
      List<String> fields) {
    RecordPosition source = new RecordPosition("readings", 0, offset);
    see(
        at,
        Outcome.ANOMALY,
        new Occurrence.Anomaly(
            key.getBytes(StandardCharsets.UTF_8),
            at.toEpochMilli(),
            "readings-0-" + offset + "-v1",
            "v1",
            -10 * severity,
            0.005,
            severity,
            rarity(severity),
            published,
            () -> {
              explanations++;
              return alert(key, at, severity, fields, source);
            },
            source,
            before));
  }

  private static Rarity rarity(double severity) {
    return new Rarity(Math.round(Math.pow(10, Math.min(6, severity))), severity >= 6);
  }

  private static AnomalyAlert alert(
      String key, Instant at, double severity, List<String> fields, RecordPosition source) {
    Stream<FieldContribution> contributions =
        fields.stream()
            .map(field -> new FieldContribution(field, 4.0, 2.0, null, null, -10.0, null, null));
    return AnomalyAlert.newBuilder()
        .setId("unused")
        .setDetector("press-line")
        .setModelVersion("v1")
        .setKey(key)
        .setEventTime(at)
        .setLogLikelihood(-10 * severity)
        .setPValue(0.005)
        .setSeverity(severity)
        .setBudget(0.01)
        .setSummary("severity " + severity)
        .setContributions(contributions.toList())
        .setEvaluations(12)
        .setSource(source)
        .build();
  }

  private void unscorable(Instant at, String reason) {
    see(
        at,
        Outcome.UNSCORABLE,
        new Occurrence.Unscorable(
            at.toEpochMilli(),
            "readings-0-" + offset + "-v1",
            reason,
            "field pressure: missing",
            new RecordPosition("readings", 0, offset)));
  }

  private void silent() {
    EpisodePlan plan = book.sourceSilent(() -> STATE);
    book.apply(plan);
    told.addAll(plan.told());
  }

  private Episode last() {
    return told.get(told.size() - 1);
  }

  @Test
  void shouldFoldTheRepeatsOfAKeyIntoOneEpisode() {
    anomaly("press-7", minute(0), 2.5, "pressure", "speed");
    anomaly("press-7", minute(4), 2.2, "pressure");
    anomaly("press-7", minute(-6), 2.9, "speed", "pressure");
    normal(minute(20));

    assertThat(told)
        .extracting(Episode::getChange)
        .containsExactly(EpisodeChange.OPENED, EpisodeChange.CLOSED);
    Episode closed = last();
    assertThat(closed.getId()).isEqualTo("readings-0-0-v1");
    assertThat(closed.getKey()).isEqualTo("press-7");
    assertThat(closed.getClosedBy()).isEqualTo(EpisodeEnd.SILENCE);
    assertThat(closed.getFirstSeen()).isEqualTo(minute(-6));
    assertThat(closed.getLastSeen()).isEqualTo(minute(4));
    assertThat(closed.getCount()).isEqualTo(3);
    assertThat(closed.getFields()).containsExactly("pressure");
    assertThat(closed.getExplained()).isEqualTo(3);
    assertThat(closed.getWorst())
        .returns(2.9, EpisodeRecord::getSeverity)
        .returns(minute(-6), EpisodeRecord::getEventTime)
        .returns("readings-0-2-v1", EpisodeRecord::getId);
    assertThat(closed.getSummary()).isEqualTo("3 anomalies in 10 minutes; the worst: severity 2.9");
    assertThat(closed.getDetectorState()).isEqualTo(STATE);
    assertThat(memory.open).isEmpty();
    assertThat(book.size()).isZero();
  }

  @Test
  void shouldTellOfEachRecordThatIsWorseByALevelOrTenfoldThoughItsAlertIsWithheld() {
    anomaly("press-7", minute(0), 2.5, "pressure");
    anomaly("press-7", minute(1), 2.9, false, Occurrence.Before.NOTHING, PRESSURE);
    anomaly("press-7", minute(2), 3.1, false, Occurrence.Before.NOTHING, PRESSURE);
    anomaly("press-7", minute(3), 3.9, false, Occurrence.Before.NOTHING, PRESSURE);
    anomaly("press-7", minute(4), 5.1, false, Occurrence.Before.NOTHING, List.of("speed"));
    anomaly("press-7", minute(5), 40, false, Occurrence.Before.NOTHING, PRESSURE);
    anomaly("press-7", minute(6), 41, false, Occurrence.Before.NOTHING, PRESSURE);
    anomaly("press-7", minute(7), 300, false, Occurrence.Before.NOTHING, PRESSURE);
    anomaly("press-7", minute(8), 301, false, Occurrence.Before.NOTHING, PRESSURE);

    assertThat(told)
        .extracting(Episode::getChange, episode -> episode.getWorst().getSeverity())
        .containsExactly(
            tuple(EpisodeChange.OPENED, 2.5),
            tuple(EpisodeChange.WORSENED, 3.1),
            tuple(EpisodeChange.WORSENED, 5.1),
            tuple(EpisodeChange.WORSENED, 40.0),
            tuple(EpisodeChange.WORSENED, 300.0));
    assertThat(explanations).isEqualTo(5);
    assertThat(last().getFields()).isEmpty();
    normal(minute(30));
    assertThat(last().getWorst())
        .returns(301.0, EpisodeRecord::getSeverity)
        .returns(null, EpisodeRecord::getSummary);
  }

  @Test
  void shouldKeepKeysApart() {
    anomaly("press-7", minute(0), 2.5, "pressure");
    anomaly("press-8", minute(1), 2.5, "pressure");

    assertThat(told).extracting(Episode::getKey).containsExactly("press-7", "press-8");
    assertThat(book.size()).isEqualTo(2);
  }

  @Test
  void shouldGiveARecordOfAWrongDateAnEpisodeOfItsOwnThatDisturbsNoOther() {
    normal(minute(0));
    anomaly("press-7", minute(0), 2.5, "pressure");
    anomaly("press-7", minute(70), 2.5, "pressure");
    anomaly("press-7", minute(1), 2.5, "pressure");
    anomaly("press-7", minute(71), 2.5, "pressure");
    normal(minute(20));

    assertThat(told)
        .extracting(Episode::getChange, Episode::getId, Episode::getCount)
        .containsExactlyInAnyOrder(
            tuple(EpisodeChange.OPENED, "readings-0-9-v1", 1L),
            tuple(EpisodeChange.OPENED, "readings-0-10-v1", 1L),
            tuple(EpisodeChange.CLOSED, "readings-0-9-v1", 2L),
            tuple(EpisodeChange.CLOSED, "readings-0-10-v1", 2L));
  }

  @Test
  void shouldLetTheRecordsOfALateClockBeOneEpisode() {
    normal(minute(600));
    anomaly("press-7", minute(0), 2.5, "pressure");
    normal(minute(601));
    anomaly("press-7", minute(10), 2.5, "pressure");
    normal(minute(602));

    assertThat(told).extracting(Episode::getChange).containsExactly(EpisodeChange.OPENED);
  }

  @Test
  void shouldHoldNoMoreEpisodesOfAKeyThanAFew() {
    for (int i = 0; i <= EpisodeBook.MOST_OF_A_KEY; i++) {
      normal(minute(0));
      anomaly("press-7", minute(100 * i), 2.5, "pressure");
    }

    assertThat(book.size()).isEqualTo(EpisodeBook.MOST_OF_A_KEY);
    assertThat(told)
        .filteredOn(episode -> episode.getChange() == EpisodeChange.CLOSED)
        .extracting(Episode::getId, Episode::getClosedBy)
        .first()
        .isEqualTo(tuple("readings-0-9-v1", EpisodeEnd.LIMIT));
  }

  @Test
  void shouldCloseTheOneLongestWithoutAnAnomalyBeyondTheLimit() {
    book = book(2);
    anomaly("press-1", minute(0), 2.5, "pressure");
    normal(minute(1));
    anomaly("press-2", minute(1), 2.5, "pressure");
    normal(minute(2));
    anomaly("press-1", minute(2), 2.5, "pressure");
    normal(minute(3));
    anomaly("press-3", minute(3), 2.5, "pressure");

    assertThat(told)
        .extracting(Episode::getKey, Episode::getClosedBy)
        .containsExactly(
            tuple("press-1", null),
            tuple("press-2", null),
            tuple("press-2", EpisodeEnd.LIMIT),
            tuple("press-3", null));
    assertThat(book.size()).isEqualTo(2);
  }

  @Test
  void shouldReopenWhatWasClosedBecauseTheSourceWasSilent() {
    anomaly("press-7", minute(0), 2.5, "pressure");
    silent();
    silent();
    assertThat(last())
        .returns(EpisodeChange.CLOSED, Episode::getChange)
        .returns(EpisodeEnd.SOURCE_SILENT, Episode::getClosedBy);

    anomaly("press-7", minute(5), 2.4, "pressure");
    assertThat(told).hasSize(3);
    assertThat(last())
        .returns(EpisodeChange.REOPENED, Episode::getChange)
        .returns(null, Episode::getClosedBy)
        .returns(2L, Episode::getCount)
        .returns("readings-0-0-v1", Episode::getId);
  }

  @Test
  void shouldNotTellAgainWhenEventTimeClosesWhatWallClockTimeClosed() {
    anomaly("press-7", minute(0), 2.5, "pressure");
    silent();
    normal(minute(30));

    assertThat(told)
        .extracting(Episode::getChange)
        .containsExactly(EpisodeChange.OPENED, EpisodeChange.CLOSED);
    assertThat(memory.open).isEmpty();
  }

  @Test
  void shouldGoOnFromWhatIsStored() {
    anomaly("press-7", minute(0), 2.5, "pressure");
    anomaly("press-8", minute(1), 2.5, "pressure");
    book = book(100);
    anomaly("press-7", minute(2), 2.5, "pressure");
    normal(minute(30));

    assertThat(told)
        .filteredOn(episode -> episode.getChange() == EpisodeChange.CLOSED)
        .extracting(Episode::getKey, Episode::getCount)
        .containsExactlyInAnyOrder(tuple("press-7", 2L), tuple("press-8", 1L));
  }

  @Test
  void shouldBeginWhereAnApplicationWithoutEpisodesLeftOff() {
    List<Long> published =
        Stream.of(-120.0, -22.0, -12.0, -2.0).map(m -> minute(m).toEpochMilli()).toList();
    anomaly("press-7", minute(0), 2.5, false, new Occurrence.Before(published, 5), PRESSURE);

    assertThat(last().getFirstSeen()).isEqualTo(minute(-22));
    assertThat(last().getLastSeen()).isEqualTo(minute(0));
    assertThat(last().getCount()).isEqualTo(1 + 3 + 5);
  }

  @Test
  void shouldTellOfARiseOfRecordsWithoutAScoreAndOfItsEnd() {
    normal(minute(0));
    for (int i = 0; i < 30; i++) {
      unscorable(minute(1 + i / 60.0), i < 12 ? "MISSING_FIELD" : "NOT_FINITE");
    }

    assertThat(told)
        .extracting(Episode::getChange, Episode::getKind)
        .containsExactly(
            tuple(EpisodeChange.OPENED, EpisodeKind.UNSCORABLE),
            tuple(EpisodeChange.WORSENED, EpisodeKind.UNSCORABLE));
    assertThat(told.get(0).getFirstSeen()).isEqualTo(minute(1));
    assertThat(told.get(0).getSummary())
        .isEqualTo(
            "10 % of the records have no score, most for MISSING_FIELD; the last one: field"
                + " pressure: missing");
    for (int i = 0; i < 30; i++) {
      normal(minute(2));
    }
    assertThat(last())
        .returns(EpisodeChange.CLOSED, Episode::getChange)
        .returns(EpisodeEnd.RECOVERED, Episode::getClosedBy)
        .returns(20L, Episode::getCount);
    assertThat(last().getReasons())
        .extracting(ReasonCount::getReason, ReasonCount::getCount)
        .containsExactly(tuple("NOT_FINITE", 18L), tuple("MISSING_FIELD", 2L));
    assertThat(memory.open).isEmpty();
  }

  @Test
  void shouldNotTakeAFewRecordsWithoutAScoreForARise() {
    for (int i = 0; i < 100; i++) {
      unscorable(minute(i), "TOMBSTONE");
      normal(minute(i));
      normal(minute(i));
    }

    assertThat(told).isEmpty();
  }
}
