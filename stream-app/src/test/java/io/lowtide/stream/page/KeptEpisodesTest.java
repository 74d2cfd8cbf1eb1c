package io.lowtide.stream.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeChange;
import io.lowtide.schemas.EpisodeEnd;
import io.lowtide.schemas.EpisodeKind;
import io.lowtide.schemas.EpisodeRecord;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.SeverityLevel;
import java.time.Instant;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KeptEpisodesTest {

  private static final Instant NOW = Instant.parse("2026-05-06T07:08:09Z");
  private static final RecordPosition POSITION = new RecordPosition("readings", 1, 23L);

  private final KeptEpisodes episodes = new KeptEpisodes();

  @BeforeAll
  static void trustGeneratedClasses() {
    GeneratedClasses.trust();
  }

  private static Episode episode(String id, long count, EpisodeEnd end) {
    EpisodeRecord worst =
        EpisodeRecord.newBuilder()
            .setId("worst-" + id)
            .setModelVersion("v1")
            .setEventTime(NOW)
            .setLogLikelihood(-30)
            .setPValue(0.001)
            .setSeverity(4.5)
            .setLevel(SeverityLevel.HIGH)
            .setOneIn(32_000)
            .setSource(POSITION)
            .build();
    return Episode.newBuilder()
        .setId(id)
        .setDetector("press-line")
        .setKind(EpisodeKind.ANOMALY)
        .setChange(end == null ? EpisodeChange.WORSENED : EpisodeChange.CLOSED)
        .setClosedBy(end)
        .setKey("<key>")
        .setFirstSeen(NOW.minusSeconds(60))
        .setLastSeen(NOW)
        .setCount(count)
        .setSummary("summary")
        .setWorst(worst)
        .setFields(List.of("pressure"))
        .setSource(POSITION)
        .build();
  }

  private ArrayNode all() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    episodes.addAll(array);
    return array;
  }

  private ArrayNode changes() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    episodes.addChanges(array);
    return array;
  }

  private static List<String> ids(ArrayNode episodes) {
    return StreamSupport.stream(episodes.spliterator(), false)
        .map(episode -> episode.get("id").asText())
        .toList();
  }

  @Test
  void shouldKeepTheLatestMessageOfEachEpisode() {
    episodes.add(episode("a", 1, null), 100);
    episodes.add(episode("b", 1, null), 100);
    episodes.add(episode("a", 7, EpisodeEnd.SILENCE), 100);

    assertThat(ids(all())).containsExactly("b", "a");
    assertThat(all().get(1).get("count").asLong()).isEqualTo(7);
    assertThat(all().get(1).get("closedBy").asText()).isEqualTo("SILENCE");
    assertThat(all().get(0).get("closedBy").isNull()).isTrue();
    assertThat(all().get(0).get("worst").get("level").asText()).isEqualTo("HIGH");
    assertThat(all().get(0).get("firstSeen").asLong()).isEqualTo(NOW.toEpochMilli() - 60_000);
  }

  @Test
  void shouldTellOfEachChangeOnce() {
    episodes.add(episode("a", 1, null), 100);
    episodes.add(episode("b", 1, null), 100);
    assertThat(ids(changes())).containsExactly("a", "b");
    assertThat(changes()).isEmpty();
    episodes.add(episode("a", 2, null), 100);
    episodes.add(episode("a", 3, null), 100);
    assertThat(changes()).singleElement().matches(one -> one.get("count").asLong() == 3);
  }

  @Test
  void shouldForgetClosedEpisodesBeforeOpenOnes() {
    episodes.add(episode("open", 1, null), 100);
    for (int i = 0; i < 1_000; i++) {
      episodes.add(episode("closed-" + i, 1, EpisodeEnd.SILENCE), 100);
    }
    assertThat(all()).hasSize(500);
    assertThat(ids(all())).startsWith("open").endsWith("closed-999");
    for (int i = 0; i < 1_000; i++) {
      episodes.add(episode("open-" + i, 1, null), 100);
    }
    assertThat(all()).hasSize(500);
    assertThat(ids(all())).doesNotContain("open").endsWith("open-999");
  }

  @Test
  void shouldKeepFewerWhereTheyAreLarge() {
    for (int i = 0; i < 10; i++) {
      episodes.add(episode("e" + i, 1, null), 1 << 20);
    }
    assertThat(all()).hasSize(2);
  }

  @Test
  void shouldNameTheirWorstRecords() {
    episodes.add(episode("a", 1, null), 100);
    changes();
    episodes.add(episode("b", 1, EpisodeEnd.SILENCE), 100);
    assertThat(episodes.worst()).containsExactlyInAnyOrder("worst-a", "worst-b");
    assertThat(episodes.worstOfChanged()).containsExactly("worst-b");
  }
}
