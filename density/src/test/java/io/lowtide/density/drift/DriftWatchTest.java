package io.lowtide.density.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.schemas.DriftDirection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class DriftWatchTest {

  private static final int KEYS = 40;
  private static final long MILLIS = 250;
  private static final double BUDGET = 0.01;
  private static final DriftSettings SETTINGS =
      new DriftSettings(1e7, 0.02, Duration.ofMinutes(10));

  private final Random random = new Random(7);
  private final ConformalCalibration calibration = calibration(4_000);
  private DriftWatch watch = watch(SETTINGS);
  private long time;
  private int record;

  private ConformalCalibration calibration(int records) {
    return ConformalCalibration.fit(
        random.doubles(records).map(unused -> normal(0)).toArray(), BUDGET);
  }

  private DriftWatch watch(DriftSettings settings) {
    return new DriftWatch(new DriftReference(calibration, BUDGET, settings.tolerance()), settings);
  }

  /** Log-density of a standard normal record, shifted. */
  private double normal(double shift) {
    double value = random.nextGaussian() + shift;
    return -value * value / 2;
  }

  /**
   * Sends records of random keys.
   *
   * @param score of a record, by its key
   */
  private List<DriftNews> send(int records, IntFunction<Double> score) {
    List<DriftNews> news = new ArrayList<>();
    for (int i = 0; i < records; i++) {
      int key = random.nextInt(KEYS);
      time += MILLIS;
      record++;
      watch
          .after(calibration.pValue(score.apply(key)), ("machine-" + key).hashCode(), time)
          .ifPresent(news::add);
    }
    return news;
  }

  @Test
  void shouldSayNothingOfRecordsLikeThoseOfCalibration() {
    assertThat(send(400_000, key -> normal(0))).isEmpty();
    assertThat(watch.drift()).isEmpty();
  }

  /** Under the worst of what is no drift: as many low p-values as the band allows. */
  @Test
  void shouldRaiseNoMoreFalseAlarmsThanItIsAllowed() {
    DriftSettings often = new DriftSettings(20_000, 0, Duration.ZERO);
    DriftReference reference = new DriftReference(calibration, BUDGET, 0);
    int records = 2_000_000;
    int alarms = 0;
    for (boolean upper : new boolean[] {true, false}) {
      DriftWatch edge = new DriftWatch(reference, often);
      double[] cumulative = new double[reference.levels() + 1];
      double[] value = new double[reference.levels() + 1];
      for (int level = 0; level < reference.levels(); level++) {
        cumulative[level] = upper ? reference.upper(level) : reference.lower(level);
        value[level] = reference.levelOf(level) * 0.999;
      }
      cumulative[reference.levels()] = 1;
      value[reference.levels()] = 1;
      for (int i = 0; i < records; i++) {
        double point = random.nextDouble();
        int bin = 0;
        while (point > cumulative[bin]) {
          bin++;
        }
        if (edge.after(value[bin], i * 31, i).orElse(null) instanceof DriftNews.Raised) {
          alarms++;
        }
      }
    }
    assertThat(alarms).isLessThanOrEqualTo((int) (2 * records / often.falseAlarmRecords()));
  }

  @Test
  void shouldSeeAShiftAndSaySinceWhenAndWhereItIsStrongest() {
    send(20_000, key -> normal(0));
    long changed = time;
    List<DriftNews> news = send(20_000, key -> normal(1));
    assertThat(news).hasSize(1);
    DriftFinding finding = ((DriftNews.Raised) news.get(0)).finding();
    assertThat(finding.direction()).isEqualTo(DriftDirection.TOO_MANY_LOW);
    assertThat(finding.since()).isCloseTo(changed, within(Duration.ofMinutes(10).toMillis()));
    assertThat(finding.shareAtLevel()).isGreaterThan(finding.level() + 0.05);
    assertThat(finding.shareWithinBudget()).isBetween(0.03, 0.15);
    assertThat(finding.strength()).isGreaterThan(4);
    assertThat(watch.drift()).contains(finding);
  }

  @Test
  void shouldSeeRecordsThatHaveBecomeMoreAlike() {
    send(20_000, key -> normal(0));
    List<DriftNews> news = send(20_000, key -> normal(0) / 2);
    assertThat(news)
        .singleElement()
        .isInstanceOfSatisfying(
            DriftNews.Raised.class,
            raised ->
                assertThat(raised.finding().direction()).isEqualTo(DriftDirection.TOO_MANY_HIGH));
  }

  @Test
  void shouldSayWhenDriftIsOverAndSeeTheNextOne() {
    send(20_000, key -> normal(0));
    assertThat(send(30_000, key -> normal(1))).hasSize(1);
    List<DriftNews> news = send(60_000, key -> normal(0));
    assertThat(news)
        .singleElement()
        .isInstanceOfSatisfying(
            DriftNews.Over.class, over -> assertThat(over.records()).isGreaterThan(4_000));
    assertThat(watch.drift()).isEmpty();
    assertThat(send(30_000, key -> normal(1.5))).hasSize(1);
  }

  @Test
  void shouldNotSayThatDriftIsOverWhileItGoesOn() {
    send(20_000, key -> normal(0));
    assertThat(send(400_000, key -> normal(1))).hasSize(1);
  }

  @Test
  void shouldTolerateSoManyAnomalies() {
    assertThat(send(400_000, key -> random.nextDouble() < 0.02 ? -1e3 : normal(0))).isEmpty();
    assertThat(send(100_000, key -> random.nextDouble() < 0.06 ? -1e3 : normal(0))).hasSize(1);
  }

  @Test
  void shouldNotTakeAnomaliesOfAFewKeysForDrift() {
    send(20_000, key -> normal(0));
    assertThat(send(60_000, key -> key < 4 ? -1e3 : normal(0))).isEmpty();
    assertThat(send(10_000, key -> key < 16 ? -1e3 : normal(0))).hasSize(1);
  }

  @Test
  void shouldTakeTheDriftOfAStreamOfOneKeyForDrift() {
    List<DriftNews> news = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      double pValue = calibration.pValue(normal(i < 30_000 ? 0 : 1));
      watch.after(pValue, 42, i * MILLIS).ifPresent(news::add);
    }
    assertThat(news).hasSize(1);
  }

  @Test
  void shouldNotTakeAnIncidentOnAllKeysForDrift() {
    send(20_000, key -> normal(0));
    assertThat(send(4 * 60 * 4, key -> -1e3)).isEmpty();
    assertThat(send(60_000, key -> normal(0))).isEmpty();
  }

  @Test
  void shouldSayNothingOfRecordsThatFollowThoseBefore() {
    double[] state = new double[KEYS];
    assertThat(
            send(
                400_000,
                key -> {
                  state[key] = 0.9 * state[key] + Math.sqrt(1 - 0.81) * random.nextGaussian();
                  return -state[key] * state[key] / 2;
                }))
        .isEmpty();
  }

  @Test
  void shouldSeeDriftInAStreamThatDidNotKnowItsTimeAtFirst() {
    for (int i = 0; i < 8; i++) {
      watch.after(0.5, i, DriftWatch.NOT_YET);
    }
    assertThat(send(20_000, key -> normal(1))).hasSize(1);
  }

  @Test
  void shouldGoOnFromWhatWasWrittenAsIfNothingHadBeen() throws IOException {
    DriftWatch other = watch(SETTINGS);
    byte[] blocks = blocks(other);
    for (int i = 0; i < 60_000; i++) {
      double pValue = calibration.pValue(normal(i < 30_000 ? 0 : 0.9));
      int key = random.nextInt(KEYS);
      long now = i * MILLIS;
      if (i % 777 == 0) {
        DriftWatch restored = watch(SETTINGS);
        restored.readBlocks(in(blocks));
        restored.readOpen(in(open(other)));
        other = restored;
      }
      assertThat(other.after(pValue, key, now)).isEqualTo(watch.after(pValue, key, now));
      if (other.hasEndedBlock()) {
        blocks = blocks(other);
      }
    }
    assertThat(other.drift()).isPresent().isEqualTo(watch.drift());
    assertThat(blocks).isEqualTo(blocks(watch)).hasSizeLessThan(20_000);
  }

  private static byte[] blocks(DriftWatch watch) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    watch.writeBlocks(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static byte[] open(DriftWatch watch) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    watch.writeOpen(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DataInputStream in(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }
}
