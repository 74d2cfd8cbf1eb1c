package io.lowtide.stream.topology;

import static io.lowtide.stream.topology.DetectionFixture.START;
import static io.lowtide.stream.topology.DetectionFixture.reading;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.DetectorState;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeChange;
import io.lowtide.schemas.EpisodeEnd;
import io.lowtide.schemas.EpisodeKind;
import io.lowtide.stream.TestModels;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpisodeTopologyTest {

  private static final GenericRecord NORMAL = reading(66, 2.1);
  private static final GenericRecord ANOMALOUS = reading(66, 3.6);
  private static final GenericRecord WORSE = reading(66, 4.9);

  @TempDir private Path directory;
  private DetectionFixture stream;

  private DetectionFixture start(Map<String, String> overrides) {
    stream = new DetectionFixture(directory, overrides);
    return stream;
  }

  private DetectionFixture startWithModel() {
    start(Map.of()).publish(TestModels.bundle("v1"));
    return stream;
  }

  @AfterEach
  void close() {
    stream.close();
  }

  private void sendNormal(int count, Instant at) {
    for (int i = 0; i < count; i++) {
      stream.send("press-1", NORMAL, at);
    }
  }

  @Test
  void shouldOpenAnEpisodeUnderItsIdAndCloseItAfterSilence() {
    startWithModel();
    stream.send("press-7", ANOMALOUS, START);
    stream.send("press-7", ANOMALOUS, START.plusSeconds(60));
    sendNormal(9, START.plus(Duration.ofMinutes(20)));

    List<TestRecord<byte[], byte[]>> messages = stream.episodeMessages();
    assertThat(messages)
        .extracting(m -> new String(m.key(), UTF_8))
        .containsOnly("readings-0-0-v1");
    List<Episode> episodes = messages.stream().map(stream::episode).toList();
    assertThat(episodes)
        .extracting(Episode::getChange, Episode::getClosedBy, Episode::getCount)
        .containsExactly(
            tuple(EpisodeChange.OPENED, null, 1L),
            tuple(EpisodeChange.CLOSED, EpisodeEnd.SILENCE, 2L));
    AnomalyAlert alert = stream.alerts().get(0);
    assertThat(episodes.get(0).getId()).isEqualTo(alert.getId());
    assertThat(episodes.get(0).getSummary()).isEqualTo(alert.getSummary());
    assertThat(episodes.get(0).getFields()).contains("pressure");
    assertThat(episodes.get(1).getFirstSeen()).isEqualTo(START);
    assertThat(episodes.get(1).getLastSeen()).isEqualTo(START.plusSeconds(60));
    assertThat(stream.count("lowtide.episodes.told", "change", "opened")).isEqualTo(1);
    assertThat(stream.count("lowtide.episodes.told", "change", "closed")).isEqualTo(1);
    assertThat(stream.meters.get("lowtide.episodes.open").gauge().value()).isZero();
  }

  @Test
  void shouldTellOfAWorseRecordWhoseAlertIsWithheld() {
    startWithModel();
    stream.send("press-7", ANOMALOUS, START);
    stream.send("press-7", WORSE, START.plusSeconds(10));

    assertThat(stream.alerts()).hasSize(1);
    List<Episode> episodes = stream.episodes();
    assertThat(episodes)
        .extracting(Episode::getChange)
        .containsExactly(EpisodeChange.OPENED, EpisodeChange.WORSENED);
    assertThat(episodes.get(1).getWorst().getId()).isEqualTo("readings-0-1-v1");
    assertThat(episodes.get(1).getWorst().getSummary()).contains("pressure is 4.9");
  }

  @Test
  void shouldFoldRecordsWithoutAKeyIntoOneEpisodeWhileTheirAlertsAreAllPublished() {
    startWithModel();
    stream.send(null, ANOMALOUS, START);
    stream.send(null, ANOMALOUS, START.plusSeconds(10));

    assertThat(stream.alerts()).hasSize(2);
    assertThat(stream.episodes()).singleElement().returns(null, Episode::getKey);
    assertThat(stream.meters.get("lowtide.episodes.open").gauge().value()).isEqualTo(1);
  }

  @Test
  void shouldCloseEpisodesWhenTheSourceIsSilentAndReopenThem() {
    startWithModel();
    stream.send("press-7", ANOMALOUS, START);
    stream.waitFor(Duration.ofMinutes(14));
    assertThat(stream.episodes()).hasSize(1);

    stream.waitFor(Duration.ofMinutes(2));
    assertThat(stream.episodes())
        .singleElement()
        .returns(EpisodeChange.CLOSED, Episode::getChange)
        .returns(EpisodeEnd.SOURCE_SILENT, Episode::getClosedBy);

    stream.send("press-7", ANOMALOUS, START.plusSeconds(30));
    assertThat(stream.episodes())
        .singleElement()
        .returns(EpisodeChange.REOPENED, Episode::getChange)
        .returns("readings-0-0-v1", Episode::getId)
        .returns(2L, Episode::getCount);
  }

  @Test
  void shouldEndInTheSameEpisodesHoweverDatesAreMixedAndTimePasses() {
    Map<String, String> inOneGo = episodesOfMixedDates(0);
    stream.close();
    Map<String, String> withPauses = episodesOfMixedDates(7);

    assertThat(inOneGo).hasSizeBetween(10, 200).isEqualTo(withPauses);
  }

  /**
   * The last that was told of each episode, but for when and why it was closed.
   *
   * @param pauseEvery records after which an hour passes; 0: never
   */
  private Map<String, String> episodesOfMixedDates(int pauseEvery) {
    startWithModel();
    Random random = new Random(11);
    for (int i = 0; i < 500; i++) {
      Instant mixed = START.plusSeconds(20L * i + random.nextInt(1_200) - 600);
      Instant date = i % 50 == 49 ? mixed.plus(Duration.ofMinutes(55)) : mixed;
      GenericRecord record =
          random.nextInt(8) == 0 ? reading(66, 3.6 + random.nextDouble()) : NORMAL;
      stream.send("press-" + random.nextInt(5), record, date);
      if (pauseEvery > 0 && i % pauseEvery == 0) {
        stream.waitFor(Duration.ofHours(1));
      }
    }
    sendNormal(20, START.plus(Duration.ofDays(1)));
    Map<String, String> last = new TreeMap<>();
    for (Episode told : stream.episodes()) {
      Episode atEnd = told.getChange() == EpisodeChange.CLOSED ? told : null;
      last.put(
          told.getId(),
          atEnd == null
              ? "open"
              : atEnd.getFirstSeen()
                  + " "
                  + atEnd.getLastSeen()
                  + " "
                  + atEnd.getCount()
                  + " "
                  + atEnd.getWorst().getId()
                  + " "
                  + atEnd.getKey());
    }
    return last;
  }

  @Test
  void shouldJudgeByTheSamePastHoweverDatesAreMixedAndTimePasses() {
    List<Double> inOneGo = scoresOfMixedDates(0);
    stream.close();
    List<Double> withPauses = scoresOfMixedDates(7);

    assertThat(inOneGo).hasSize(600).isEqualTo(withPauses);
  }

  private List<Double> scoresOfMixedDates(int pauseEvery) {
    start(Map.of("history.retention", "PT1M")).publish(TestModels.withTemperatureBefore("v1"));
    Random random = new Random(11);
    for (int i = 0; i < 600; i++) {
      Instant mixed = START.plusSeconds(10L * i + random.nextInt(1_200) - 600);
      stream.send("press-" + random.nextInt(5), reading(60 + random.nextInt(10), 2), mixed);
      if (pauseEvery > 0 && i % pauseEvery == 0) {
        stream.waitFor(Duration.ofHours(1));
      }
    }
    return stream.scores().stream().map(score -> score.getLogLikelihood()).toList();
  }

  @Test
  void shouldMakeAnEpisodeOfARiseOfRecordsWithoutAScore() {
    startWithModel();
    sendNormal(20, START);
    for (int i = 0; i < 15; i++) {
      stream.send("press-7", new byte[] {0, 1, 2});
    }
    sendNormal(150, START);

    assertThat(stream.episodes())
        .extracting(Episode::getKind, Episode::getChange, Episode::getClosedBy)
        .containsExactly(
            tuple(EpisodeKind.UNSCORABLE, EpisodeChange.OPENED, null),
            tuple(EpisodeKind.UNSCORABLE, EpisodeChange.CLOSED, EpisodeEnd.RECOVERED));
    assertThat(stream.deadLetters()).hasSize(15);
  }

  @Test
  void shouldSayInAlertsAndEpisodesHowTheDetectorDoes() {
    startWithModel();
    sendNormal(9, START);
    stream.send("press-7", ANOMALOUS, START);

    DetectorState state = stream.alerts().get(0).getDetectorState();
    assertThat(state)
        .isEqualTo(
            new DetectorState(
                "v1",
                Instant.parse("2026-01-02T03:04:05Z"),
                0.05,
                0.1,
                10L,
                0.0,
                false,
                null,
                null));
    assertThat(stream.episodes().get(0).getDetectorState()).isEqualTo(state);
  }

  @Test
  void shouldTellOfNoEpisodesWithoutATopicForThem() {
    start(Map.of("episodes.topic", "")).publish(TestModels.bundle("v1"));
    stream.send("press-7", ANOMALOUS, START);
    stream.waitFor(Duration.ofHours(1));

    assertThat(stream.alerts()).hasSize(1);
    assertThat(stream.episodeMessages()).isEmpty();
    assertThat(stream.meters.get("lowtide.episodes.open").gauge().value()).isZero();
  }
}
