package io.lowtide.stream.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.junit.jupiter.api.Test;

class ScoreSeriesTest {

  private static final int START = 0;
  private static final int COUNT = 1;
  private static final int FLAGGED = 2;
  private static final int LOWEST = 3;
  private static final int MEDIAN = 5;

  private final ScoreSeries series = new ScoreSeries(1_000, 10);

  private ArrayNode changes() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    series.addChanges(array);
    return array;
  }

  private ArrayNode all() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    series.addAll(array);
    return array;
  }

  @Test
  void shouldCountEveryScoreAndKeepTheLowestWhateverIsThinned() {
    for (int i = 0; i < 5_000; i++) {
      series.add(42_500, i == 777 ? -90 : -i % 10, i == 777);
    }

    JsonNode span = all().get(0);
    assertThat(span.get(START).asLong()).isEqualTo(42_000);
    assertThat(span.get(COUNT).asLong()).isEqualTo(5_000);
    assertThat(span.get(FLAGGED).asLong()).isEqualTo(1);
    assertThat(span.get(LOWEST).asDouble()).isEqualTo(-90);
    assertThat(span.get(MEDIAN).asDouble()).isBetween(-8.0, -1.0);
  }

  @Test
  void shouldTellTheExactDecilesOfAFewScores() {
    for (int i = 10; i >= 0; i--) {
      series.add(500, i, false);
    }
    JsonNode span = all().get(0);
    assertThat(span.get(4).asDouble()).isEqualTo(1);
    assertThat(span.get(MEDIAN).asDouble()).isEqualTo(5);
    assertThat(span.get(6).asDouble()).isEqualTo(9);
  }

  @Test
  void shouldTellOfEachChangeOnce() {
    series.add(500, -1, false);
    series.add(1_500, -2, false);
    assertThat(changes()).hasSize(2);
    assertThat(changes()).isEmpty();
    series.add(700, -3, true);
    assertThat(changes()).hasSize(1);
    assertThat(all()).hasSize(2);
  }

  @Test
  void shouldKeepTheNewestSpansAndTakeLateScoresWithinThem() {
    series.add(0, -1, false);
    assertThat(series.add(9_000, -1, false)).isTrue();
    assertThat(series.add(0, -2, false)).isTrue();
    series.add(10_000, -1, false);
    assertThat(series.add(999, -3, false)).isFalse();
    assertThat(all())
        .extracting(span -> span.get(START).asLong())
        .containsExactlyInAnyOrder(9_000L, 10_000L);
  }

  @Test
  void shouldTakeTimesBeforeTheEpoch() {
    assertThat(series.add(-1, -1, false)).isTrue();
    assertThat(all().get(0).get(START).asLong()).isEqualTo(-1_000);
  }
}
