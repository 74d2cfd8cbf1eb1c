package io.lowtide.stream.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.calibration.Ranking;
import io.lowtide.density.scoring.ScoreOutcome;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.detection.ActiveModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FollowedScoresTest {

  private static final int CAPACITY = 100;
  private static final ActiveModel MODEL = new ActiveModel(TestModels.bundle("v1"), 0.05);
  private static final ActiveModel NEXT = new ActiveModel(TestModels.bundle("v2"), 0.05);
  private static final ActiveModel THIRD = new ActiveModel(TestModels.bundle("v3"), 0.05);

  private final Random random = new Random(2);
  private KeyValueStore<Bytes, byte[]> store;
  private int leftOut;

  @BeforeEach
  void open() {
    store = newStore();
  }

  private static KeyValueStore<Bytes, byte[]> newStore() {
    KeyValueStore<Bytes, byte[]> opened =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore("calibration"), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    opened.init(context.getStateStoreContext(), opened);
    return opened;
  }

  private FollowedScores followed(int capacity) {
    return new FollowedScores(store, capacity, () -> leftOut++);
  }

  /** Ranks and follows so many records, and gives their p-values. */
  private List<Double> follow(FollowedScores scores, Ranking ranking, int count) {
    List<Double> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double score = -4 - 3 * Math.abs(random.nextGaussian());
      double p = ranking.pValue(score);
      found.add(p);
      scores.follow(new ScoreOutcome.Scored(score, score, p, ranking.severity(score), 14));
    }
    return found;
  }

  private List<Integer> sizes() {
    List<Integer> sizes = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
      all.forEachRemaining(entry -> sizes.add(entry.value.length));
    }
    return sizes;
  }

  @Test
  void shouldGoOnWithTheSameBitsWhereverItIsOpenedAgain() {
    FollowedScores undisturbed = followed(CAPACITY);
    List<Double> expected = follow(undisturbed, undisturbed.under(MODEL), 700);
    int leftOutBefore = leftOut;
    store = newStore();
    random.setSeed(2);
    leftOut = 0;

    List<Double> found = new ArrayList<>();
    while (found.size() < 700) {
      FollowedScores again = followed(CAPACITY);
      found.addAll(follow(again, again.under(MODEL), 7));
    }
    assertThat(found).isEqualTo(expected);
    assertThat(leftOut).isEqualTo(leftOutBefore);
  }

  @Test
  void shouldHoldTheWindowInSmallEntriesAndNoMore() {
    FollowedScores scores = followed(CAPACITY);
    follow(scores, scores.under(MODEL), 1_000);

    assertThat(sizes()).hasSizeBetween(5, 6).allMatch(bytes -> bytes <= 273);
  }

  @Test
  void shouldRankNoModelAmongTheScoresOfAnother() {
    int enough = 200; // as many as the model has calibration records, and one
    FollowedScores scores = followed(enough);
    follow(scores, scores.under(MODEL), 300);

    Ranking next = scores.under(NEXT);
    assertThat(next.followed()).hasValue(0);
    assertThat(next.pValue(-5)).isEqualTo(NEXT.bundle().calibration().pValue(-5));
    follow(scores, next, 10);
    assertThat(followed(enough).under(NEXT).followed()).hasValue(10);
  }

  @Test
  void shouldGoOnWithTheScoresOfTheModelBeforeWhenItIsGoneBackTo() {
    FollowedScores scores = followed(CAPACITY);
    follow(scores, scores.under(MODEL), 300);
    double before = scores.under(MODEL).pValue(-7);
    follow(scores, scores.under(NEXT), 51);

    FollowedScores again = followed(CAPACITY);
    assertThat(again.under(MODEL).pValue(-7)).isEqualTo(before);
    assertThat(again.under(NEXT).followed()).hasValue(51);
    assertThat(again.under(THIRD).followed()).hasValue(0);
    assertThat(again.under(NEXT).followed()).as("of the last two").hasValue(51);
    assertThat(again.under(MODEL).followed()).as("of one before them").hasValue(0);
    assertThat(sizes()).hasSizeLessThan(5);
  }

  @Test
  void shouldTakeTheNewestScoresOverIntoAWindowOfAnotherSize() {
    FollowedScores scores = followed(CAPACITY);
    follow(scores, scores.under(MODEL), 300);

    FollowedScores smaller = followed(40);
    Ranking ranking = smaller.under(MODEL);
    assertThat(ranking.followed()).hasValue(40);
    assertThat(sizes()).hasSizeLessThan(5);
    follow(smaller, ranking, 5);
    FollowedScores larger = followed(400);
    assertThat(larger.under(MODEL).followed().getAsInt()).isBetween(40, 100);
  }

  @Test
  void shouldRefuseWhatALaterVersionHasStored() {
    FollowedScores scores = followed(CAPACITY);
    follow(scores, scores.under(MODEL), 1);
    try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
      List<KeyValue<Bytes, byte[]>> entries = new ArrayList<>();
      all.forEachRemaining(entries::add);
      KeyValue<Bytes, byte[]> last = entries.get(entries.size() - 1);
      last.value[0] = 2;
      store.put(last.key, last.value);
    }

    assertThatThrownBy(() -> followed(CAPACITY).under(MODEL))
        .isInstanceOf(SerializationException.class)
        .hasMessage("followed scores: stored in version 2, expected 1");
  }
}
