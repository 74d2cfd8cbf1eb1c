package io.lowtide.stream.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lowtide.kafka.model.ModelRole;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.ContextValue;
import io.lowtide.schemas.DriftChange;
import io.lowtide.schemas.DriftDirection;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeChange;
import io.lowtide.schemas.EpisodeKind;
import io.lowtide.schemas.EpisodeRecord;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.schemas.SeverityLevel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PageStateTest {

  private static final Instant NOW = Instant.parse("2026-05-06T07:08:09Z");
  private static final RecordPosition POSITION = new RecordPosition("readings", 1, 23L);

  private final PageState state = new PageState();

  @BeforeAll
  static void trustGeneratedClasses() {
    // Builders copy enums, which Avro takes for untrusted classes otherwise.
    GeneratedClasses.trust();
  }

  private static ScoredRecord score(Instant time, String key, double value, boolean flagged) {
    return new ScoredRecord(
        "press-line",
        "v1",
        key,
        time,
        value,
        flagged ? 0.001 : 0.5,
        null,
        flagged,
        14,
        POSITION,
        null);
  }

  private static AnomalyAlert alert(String id) {
    return AnomalyAlert.newBuilder()
        .setId(id)
        .setDetector("press-line")
        .setModelVersion("v1")
        .setKey("<b>key</b>")
        .setEventTime(NOW)
        .setLogLikelihood(-30.5)
        .setPValue(0.001)
        .setSeverity(4.5)
        .setBudget(0.01)
        .setSummary("summary")
        .setContributions(
            List.of(
                contribution("speed", -8.25).setValue(1.5).setNormalValue(2.5).build(),
                contribution("mode", -1.0).setText("</script>").setNormalText("running").build()))
        .setContext(List.of(ContextValue.newBuilder().setField("hour").setText("7").build()))
        .setEvaluations(14)
        .setSource(POSITION)
        .build();
  }

  private static FieldContribution.Builder contribution(String field, double nats) {
    return FieldContribution.newBuilder()
        .setField(field)
        .setValue(null)
        .setNormalValue(null)
        .setContribution(nats);
  }

  private void add(ScoredRecord score) {
    state.add(score, NOW.toEpochMilli());
  }

  private ObjectNode everything() {
    return state.take(true).everything();
  }

  @Test
  void shouldSayThatItHasCaughtUpOnlyOnceItHas() {
    PageState state = new PageState();
    assertThat(caughtUp(state)).isFalse();

    state.catchUp();
    assertThat(caughtUp(state)).isTrue();

    state.clear();
    assertThat(caughtUp(state)).isFalse();
  }

  @Test
  void shouldSayWhatKeepsTheTopicsFromBeingReadAndSinceWhen() {
    assertThat(everything().get("reading").get("faultSince").isNull()).isTrue();

    state.reportFault("no broker answers", 1_000);
    state.reportFault("no broker answers still", 9_000);
    assertThat(everything().get("reading").get("fault").asText())
        .isEqualTo("no broker answers still");
    assertThat(everything().get("reading").get("faultSince").asLong()).isEqualTo(1_000);

    state.clear();
    assertThat(everything().get("reading").get("fault").isNull()).isTrue();
    assertThat(everything().get("reading").get("faultSince").isNull()).isTrue();
  }

  private static boolean caughtUp(PageState state) {
    return state.take(true).everything().get("reading").get("caughtUp").asBoolean();
  }

  @Test
  void shouldShowAnAlertFieldByField() {
    state.add(alert("a"), 100);

    JsonNode shown = everything().get("alerts").get(0);

    assertThat(shown.get("id").asText()).isEqualTo("a");
    assertThat(shown.get("key").asText()).isEqualTo("<b>key</b>");
    assertThat(shown.get("eventTime").asLong()).isEqualTo(NOW.toEpochMilli());
    assertThat(shown.get("logLikelihood").asDouble()).isEqualTo(-30.5);
    assertThat(shown.get("contributions").get(0).get("contribution").asDouble()).isEqualTo(-8.25);
    assertThat(shown.get("contributions").get(0).get("text").isNull()).isTrue();
    assertThat(shown.get("contributions").get(1).get("text").asText()).isEqualTo("</script>");
    assertThat(shown.get("context").get(0).get("text").asText()).isEqualTo("7");
    assertThat(shown.get("source").get("offset").asLong()).isEqualTo(23);
    for (var field : AnomalyAlert.getClassSchema().getFields()) {
      assertThat(shown.has(field.name())).as(field.name()).isTrue();
    }
  }

  @Test
  void shouldSendWhatIsNewOnceAndEverythingToThoseWhoComeLater() {
    state.add(alert("a"), 100);
    add(score(NOW, "k", -30, true));
    everything();
    state.add(alert("b"), 100);

    PageState.News news = state.take(true);

    assertThat(news.changes().get("alerts"))
        .extracting(a -> a.get("id").asText())
        .containsOnly("b");
    assertThat(news.changes().get("flagged")).isEmpty();
    assertThat(news.everything().get("alerts"))
        .extracting(a -> a.get("id").asText())
        .containsExactly("a", "b");
    assertThat(news.everything().get("flagged")).hasSize(1);
    assertThat(state.take(false).changes().get("alerts")).isEmpty();
  }

  @Test
  void shouldBeginAnewForEverybodyAfterItWasCleared() {
    assertThat(state.take(false).fresh()).isTrue();
    assertThat(state.take(false).fresh()).isFalse();
    state.add(alert("a"), 100);
    state.clear();
    PageState.News news = state.take(false);
    assertThat(news.fresh()).isTrue();
    assertThat(news.everything().get("alerts")).isEmpty();
  }

  @Test
  void shouldKeepABoundedNumberOfEverything() {
    for (int i = 0; i < 5_000; i++) {
      state.add(alert("a" + i), 1_000);
      add(score(NOW.minusMillis(i), "k", -30, true));
      state.add(new ModelEntry("v" + i, ModelRole.CHAMPION, 0, 0, 0, null));
    }
    ObjectNode shown = everything();
    assertThat(shown.get("alerts")).hasSize(200);
    assertThat(shown.get("alerts").get(199).get("id").asText()).isEqualTo("a4999");
    assertThat(shown.get("flagged")).hasSize(2_000);
    assertThat(shown.get("models")).hasSize(20);
    assertThat(shown.get("reading").get("scoresRead").asLong()).isEqualTo(5_000);
  }

  @Test
  void shouldSendTheAlertThatAnEpisodeIsShownByHoweverOldItIs() {
    for (int i = 0; i < 900; i++) {
      state.add(alert("a" + i), 1_000);
    }
    everything();
    state.add(episodeWithWorst("a7"), 100);

    PageState.News news = state.take(true);

    assertThat(news.changes().get("alerts"))
        .extracting(a -> a.get("id").asText())
        .containsExactly("a7");
    assertThat(news.changes().get("episodes").get(0).get("worst").get("id").asText())
        .isEqualTo("a7");
    assertThat(news.everything().get("alerts"))
        .hasSize(201)
        .extracting(a -> a.get("id").asText())
        .startsWith("a7", "a700")
        .endsWith("a899");
    assertThat(state.take(false).changes().get("alerts")).isEmpty();
  }

  private static Episode episodeWithWorst(String id) {
    return Episode.newBuilder()
        .setId("episode")
        .setDetector("press-line")
        .setKind(EpisodeKind.ANOMALY)
        .setChange(EpisodeChange.OPENED)
        .setFirstSeen(NOW)
        .setLastSeen(NOW)
        .setCount(1)
        .setSummary("summary")
        .setWorst(
            EpisodeRecord.newBuilder()
                .setId(id)
                .setModelVersion("v1")
                .setEventTime(NOW)
                .setLogLikelihood(-30)
                .setPValue(0.001)
                .setSeverity(4.5)
                .setLevel(SeverityLevel.HIGH)
                .setOneIn(32_000)
                .setSource(POSITION)
                .build())
        .setSource(POSITION)
        .build();
  }

  @Test
  void shouldKeepFewerAlertsWhereTheyAreLarge() {
    for (int i = 0; i < 20; i++) {
      state.add(alert("a" + i), 1 << 20);
    }
    assertThat(everything().get("alerts")).hasSize(4);
    state.add(alert("huge"), 50 << 20);
    assertThat(everything().get("alerts")).hasSize(1);
  }

  @Test
  void shouldCutAKeyOfAPointThatIsTooLong() {
    add(score(NOW, "k".repeat(500_000), -30, true));
    assertThat(everything().get("flagged").get(0).get(2).asText()).hasSize(201);
  }

  @Test
  void shouldNotBeMovedByTimesThatAreFarAheadOrFarBehind() {
    add(score(NOW, "k", -1, false));
    add(score(Instant.parse("2100-01-01T00:00:00Z"), "k", -99, true));
    add(score(NOW.plus(Duration.ofMinutes(4)), "k", -2, false));
    add(score(Instant.EPOCH, "k", -99, true));

    ObjectNode shown = everything();
    assertThat(shown.get("reading").get("scoresOutside").asLong()).isEqualTo(2);
    assertThat(shown.get("flagged")).isEmpty();
    for (JsonNode series : shown.get("series")) {
      assertThat(series.get("spans")).isNotEmpty();
      for (JsonNode span : series.get("spans")) {
        assertThat(span.get(0).asLong())
            .isBetween(
                NOW.minus(Duration.ofMinutes(20)).toEpochMilli(),
                NOW.plus(Duration.ofMinutes(4)).toEpochMilli());
      }
    }
  }

  private static DriftEvent drift(String id, DriftChange change) {
    return DriftEvent.newBuilder()
        .setId(id)
        .setDetector("press-line")
        .setChange(change)
        .setPartition(1)
        .setModelVersion("v1")
        .setModelCreated(NOW)
        .setSince(NOW)
        .setToldAt(NOW)
        .setRecords(2_000)
        .setDirection(DriftDirection.TOO_MANY_LOW)
        .setBudget(0.01)
        .setShareWithinBudget(0.05)
        .setLevel(0.1)
        .setShareAtLevel(0.2)
        .setStrength(6)
        .setTolerance(0.02)
        .setFalseAlarmRecords(1e7)
        .setSummary("<b>drift</b>")
        .setSource(POSITION)
        .build();
  }

  @Test
  void shouldShowTheLatestMessageOfEachDriftOnce() {
    state.take(true);
    assertThat(state.take(false).changes().has("drift")).isFalse();
    state.add(drift("one", DriftChange.RAISED));
    state.add(drift("other", DriftChange.RAISED));
    state.add(drift("one", DriftChange.OVER));

    JsonNode shown = state.take(false).changes().get("drift");
    assertThat(shown).extracting(d -> d.get("id").asText()).containsExactly("other", "one");
    assertThat(shown.get(0).get("change").asText()).isEqualTo("RAISED");
    assertThat(shown.get(0).get("since").asLong()).isEqualTo(NOW.toEpochMilli());
    assertThat(shown.get(1).get("change").asText()).isEqualTo("OVER");
    assertThat(state.take(false).changes().has("drift")).isFalse();
    assertThat(everything().get("drift")).hasSize(2);
  }
}
