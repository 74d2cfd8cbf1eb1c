package io.lowtide.stream.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.scoring.ScoreOutcome;
import io.lowtide.density.suppression.SuppressionState;
import io.lowtide.density.suppression.SuppressionWindow;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.ContextValue;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.SeverityLevel;
import io.lowtide.stream.TestModels;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.Test;

class RecordJudgeTest {

  private static final double BUDGET = 0.05;
  private static final Duration WINDOW = Duration.ofMinutes(5);
  private static final Duration RETENTION = Duration.ofHours(1);
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  private static final Schema READING =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("temperature")
          .requiredDouble("pressure")
          .endRecord();
  private static final GenericRecord NORMAL = reading(66, 2.1);
  private static final GenericRecord ANOMALOUS = reading(66, 4.9);

  private final Remembered<RememberedRecords> records = new Remembered<>();
  private final Remembered<SuppressionState> alerts = new Remembered<>();
  private final List<Integer> evaluations = new ArrayList<>();
  private long offset;
  private long streamTime = Long.MIN_VALUE;

  /** Counts how often it is asked. */
  private static final class Remembered<T> implements KeyMemory<T> {

    private final Map<Optional<ByteBuffer>, T> known = new HashMap<>();
    private int lookUps;

    @Override
    public Optional<T> of(byte[] key) {
      lookUps++;
      return Optional.ofNullable(known.get(wrap(key)));
    }

    @Override
    public void remember(byte[] key, T what) {
      known.put(wrap(key), what);
    }

    private static Optional<ByteBuffer> wrap(byte[] key) {
      return Optional.ofNullable(key).map(ByteBuffer::wrap);
    }
  }

  private static GenericRecord reading(double temperature, double pressure) {
    GenericRecord reading = new GenericData.Record(READING);
    reading.put("temperature", temperature);
    reading.put("pressure", pressure);
    return reading;
  }

  private RecordJudge judgeWith(ModelBundle bundle) {
    return judgeWith(bundle, WINDOW);
  }

  private RecordJudge judgeWith(ModelBundle bundle, Duration window) {
    RecordJudge judge =
        new RecordJudge(
            records,
            new HistoryRetention(RETENTION, () -> streamTime),
            alerts,
            new SuppressionWindow(window),
            Rankings.fixed(),
            (nanoseconds, fieldEvaluations) -> evaluations.add(fieldEvaluations),
            () -> explanations);
    judge.use(new ActiveModel(bundle, BUDGET));
    return judge;
  }

  /** Judges a record, and remembers what the verdict says. */
  private Verdict judge(RecordJudge judge, String key, GenericRecord reading, Instant at) {
    byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    Verdict verdict = judge.judge(reading, bytes, at.toEpochMilli(), "readings", 3, offset++);
    if (verdict instanceof Verdict.Scored scored) {
      scored.history().ifPresent(known -> records.remember(bytes, known));
      scored.suppression().ifPresent(known -> alerts.remember(bytes, known));
    }
    return verdict;
  }

  private static ObjectAssert<AnomalyAlert> assertAlert(Verdict verdict) {
    return assertThat(verdict)
        .asInstanceOf(InstanceOfAssertFactories.type(Verdict.Alerted.class))
        .extracting(Verdict.Alerted::alert)
        .asInstanceOf(InstanceOfAssertFactories.type(AnomalyAlert.class));
  }

  private static SuppressionState.Published low(Instant at) {
    return new SuppressionState.Published(at.toEpochMilli(), SeverityLevel.LOW);
  }

  private static double logLikelihood(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Scored.class);
    return ((Verdict.Scored) verdict).score().logLikelihood();
  }

  private static double densityOfTemperature(double temperature, double expected) {
    double z = temperature - expected;
    return -Math.log(2 * Math.PI) - Math.log(0.5) - 0.5 * z * z;
  }

  private ExplanationBudget explanations = new ExplanationBudget(1, System::nanoTime);

  @Test
  void shouldFindANormalRecordNormalWithoutALookUp() {
    Verdict verdict = judge(judgeWith(TestModels.bundle("v1")), "press-7", NORMAL, START);

    assertThat(verdict).isInstanceOf(Verdict.Normal.class);
    double expected =
        -Math.log(2 * Math.PI)
            - Math.log(5 * 0.5)
            - 0.5 * (Math.pow(1.0 / 5, 2) + Math.pow(0.1 / 0.5, 2));
    assertThat(logLikelihood(verdict)).isCloseTo(expected, within(1e-5));
    assertThat(((Verdict.Normal) verdict).score().pValue()).isGreaterThan(BUDGET);
    assertThat(records.known).isEmpty();
    assertThat(alerts.known).isEmpty();
    assertThat(records.lookUps).isZero();
    assertThat(alerts.lookUps).isZero();
    assertThat(evaluations).singleElement().satisfies(count -> assertThat(count).isPositive());
  }

  @Test
  void shouldAlertOnAnAnomalyAndRememberThat() {
    Verdict verdict = judge(judgeWith(TestModels.bundle("v1")), "press-7", ANOMALOUS, START);

    assertAlert(verdict)
        .returns("readings-3-0-v1", AnomalyAlert::getId)
        .returns("press-7", AnomalyAlert::getKey)
        .returns(START, AnomalyAlert::getEventTime)
        .returns(new RecordPosition("readings", 3, 0L), AnomalyAlert::getSource)
        .returns(BUDGET, AnomalyAlert::getBudget)
        .returns(0L, AnomalyAlert::getSuppressed)
        .returns("pressure", alert -> alert.getContributions().get(0).getField());
    Verdict.Alerted alerted = (Verdict.Alerted) verdict;
    assertThat(alerted.score().pValue()).isLessThanOrEqualTo(BUDGET);
    assertThat(alerted.history()).isEmpty();
    assertThat(alerted.suppression()).hasValue(new SuppressionState(List.of(low(START)), 0));
  }

  @Test
  void shouldAlertWhenThePValueIsTheBudget() {
    ModelBundle bundle = TestModels.bundle("v1");
    RecordJudge judge = judgeWith(bundle);
    Verdict.Normal normal = (Verdict.Normal) judge(judge, "press-7", NORMAL, START);
    double pValue = normal.score().pValue();

    judge.use(new ActiveModel(bundle, Math.nextDown(pValue)));
    assertThat(judge(judge, "press-7", NORMAL, START)).isInstanceOf(Verdict.Normal.class);
    judge.use(new ActiveModel(bundle, pValue));
    assertThat(judge(judge, "press-7", NORMAL, START)).isInstanceOf(Verdict.Alerted.class);
  }

  @Test
  void shouldWithholdRepeatsAndCountThemOnTheNextAlert() {
    RecordJudge judge = judgeWith(TestModels.bundle("v1"));
    judge(judge, "press-7", ANOMALOUS, START);

    Verdict first = judge(judge, "press-7", ANOMALOUS, START.plusSeconds(60));
    Verdict second = judge(judge, "press-7", ANOMALOUS, START.plusSeconds(299));
    Verdict ofAnother = judge(judge, "press-8", ANOMALOUS, START.plusSeconds(299));
    Verdict next = judge(judge, "press-7", ANOMALOUS, START.plus(WINDOW));

    assertThat(List.of(first, second))
        .asInstanceOf(InstanceOfAssertFactories.list(Verdict.Withheld.class))
        .extracting(Verdict.Withheld::counted, verdict -> verdict.score().pValue() <= BUDGET)
        .containsExactly(
            tuple(new SuppressionState(List.of(low(START)), 1), true),
            tuple(new SuppressionState(List.of(low(START)), 2), true));
    assertAlert(ofAnother).returns(0L, AnomalyAlert::getSuppressed);
    assertAlert(next).returns(2L, AnomalyAlert::getSuppressed);
    assertThat(((Verdict.Alerted) next).suppression())
        .hasValue(new SuppressionState(List.of(low(START), low(START.plus(WINDOW))), 0));
  }

  @Test
  void shouldNotLetALateRecordReopenTheWindow() {
    RecordJudge judge = judgeWith(TestModels.bundle("v1"));
    judge(judge, "press-7", ANOMALOUS, START);

    Verdict late = judge(judge, "press-7", ANOMALOUS, START.minus(WINDOW));
    Verdict repeat = judge(judge, "press-7", ANOMALOUS, START.plusSeconds(299));

    assertThat(late).isInstanceOf(Verdict.Alerted.class);
    assertThat(repeat)
        .asInstanceOf(InstanceOfAssertFactories.type(Verdict.Withheld.class))
        .returns(
            new SuppressionState(List.of(low(START), low(START.minus(WINDOW))), 1),
            Verdict.Withheld::counted);
  }

  @Test
  void shouldWithholdRepeatsWhateverOneRecordIsDated() {
    RecordJudge judge = judgeWith(TestModels.bundle("v1"));
    judge(judge, "press-7", ANOMALOUS, START);

    Verdict ahead = judge(judge, "press-7", ANOMALOUS, START.plus(Duration.ofMinutes(55)));
    Verdict behind = judge(judge, "press-7", ANOMALOUS, Instant.EPOCH);

    assertThat(List.of(ahead, behind)).allMatch(Verdict.Alerted.class::isInstance);
    for (int second = 1; second <= 10; second++) {
      assertThat(judge(judge, "press-7", ANOMALOUS, START.plusSeconds(second)))
          .isInstanceOf(Verdict.Withheld.class);
    }
    assertAlert(judge(judge, "press-7", ANOMALOUS, START.plus(WINDOW)))
        .returns(10L, AnomalyAlert::getSuppressed);
  }

  @Test
  void shouldPublishWithinTheWindowWhatIsOfAHigherLevelThanAllPublishedThere() {
    RecordJudge judge = judgeWith(TestModels.bundle(TestModels.DETECTOR, "v1", 5_000, BUDGET));
    GenericRecord mild = reading(66, 3.3);
    Verdict first = judge(judge, "press-7", mild, START);
    Verdict repeat = judge(judge, "press-7", mild, START.plusSeconds(1));

    Verdict worse = judge(judge, "press-7", reading(66, 6), START.plusSeconds(2));
    Verdict asBad = judge(judge, "press-7", reading(66, 6), START.plusSeconds(3));
    Verdict milder = judge(judge, "press-7", mild, START.plusSeconds(4));

    assertAlert(first).returns(SeverityLevel.LOW, AnomalyAlert::getLevel);
    assertThat(repeat).isInstanceOf(Verdict.Withheld.class);
    assertAlert(worse)
        .returns(SeverityLevel.CRITICAL, AnomalyAlert::getLevel)
        .returns(1L, AnomalyAlert::getSuppressed);
    assertThat(List.of(asBad, milder)).allMatch(Verdict.Withheld.class::isInstance);
  }

  @Test
  void shouldWithholdALateRepeat() {
    RecordJudge judge = judgeWith(TestModels.bundle("v1"));
    judge(judge, "press-7", ANOMALOUS, START);

    assertThat(judge(judge, "press-7", ANOMALOUS, START.minusSeconds(299)))
        .isInstanceOf(Verdict.Withheld.class);
  }

  @Test
  void shouldNeitherWithholdNorRememberAlertsWhenTheWindowIsZero() {
    RecordJudge judge = judgeWith(TestModels.bundle("v1"), Duration.ZERO);

    for (int i = 0; i < 2; i++) {
      assertAlert(judge(judge, "press-7", ANOMALOUS, START))
          .returns(0L, AnomalyAlert::getSuppressed);
    }
    assertThat(alerts.known).isEmpty();
    assertThat(alerts.lookUps).isZero();
  }

  @Test
  void shouldNeitherWithholdNorRememberAlertsOfRecordsWithoutAKey() {
    RecordJudge judge = judgeWith(TestModels.bundle("v1"));

    for (int i = 0; i < 2; i++) {
      assertAlert(judge(judge, null, ANOMALOUS, START))
          .returns(null, AnomalyAlert::getKey)
          .returns(0L, AnomalyAlert::getSuppressed);
    }
    assertThat(alerts.known).isEmpty();
    assertThat(alerts.lookUps).isZero();
  }

  @Test
  void shouldJudgeARecordByTheOneBeforeOfItsKey() {
    RecordJudge judge = judgeWith(TestModels.withTemperatureBefore("lag"));

    Verdict first = judge(judge, "press-7", reading(64.5, 2), START);
    judge(judge, "press-8", reading(66, 2), START);
    judge(judge, null, reading(65.5, 2), START);
    Verdict second = judge(judge, "press-7", reading(64, 2), START);
    Verdict anomaly = judge(judge, "press-8", reading(70, 2), START);
    Verdict withoutKey = judge(judge, null, reading(66, 2), START);

    assertThat(logLikelihood(first)).isCloseTo(densityOfTemperature(64.5, 65), within(1e-5));
    assertThat(logLikelihood(second)).isCloseTo(densityOfTemperature(64, 64.5), within(1e-5));
    assertThat(logLikelihood(anomaly)).isCloseTo(densityOfTemperature(70, 66), within(1e-5));
    assertThat(logLikelihood(withoutKey)).isCloseTo(densityOfTemperature(66, 65.5), within(1e-5));
    assertAlert(anomaly)
        .returns(List.of(new ContextValue("temperature", 1, "66")), AnomalyAlert::getContext);
    assertThat(((Verdict.Alerted) anomaly).history())
        .hasValueSatisfying(
            known -> assertThat(known.history().values().get("temperature")).containsExactly(70.0));
    assertThat(records.lookUps).isEqualTo(6);
  }

  @Test
  void shouldRememberARecordWhoseAlertIsWithheld() {
    RecordJudge judge = judgeWith(TestModels.withTemperatureBefore("lag"));
    judge(judge, "press-7", reading(65, 4.9), START);

    assertThat(judge(judge, "press-7", reading(66, 4.9), START))
        .isInstanceOf(Verdict.Withheld.class);
    assertThat(logLikelihood(judge(judge, "press-7", reading(66.5, 2), START)))
        .isCloseTo(densityOfTemperature(66.5, 66), within(1e-5));
  }

  @Test
  void shouldTakeAKeyThatWasSilentForLongerThanTheRetentionForANewOne() {
    RecordJudge judge = judgeWith(TestModels.withTemperatureBefore("lag"));
    judge(judge, "press-7", reading(64.5, 2), START);
    Instant later = START.plus(RETENTION);
    Instant tooLate = later.plus(RETENTION).plusMillis(1);

    assertThat(logLikelihood(judge(judge, "press-7", reading(64, 2), later)))
        .isCloseTo(densityOfTemperature(64, 64.5), within(1e-5));
    assertThat(logLikelihood(judge(judge, "press-7", reading(64, 2), tooLate)))
        .isCloseTo(densityOfTemperature(64, 65), within(1e-5));
  }

  @Test
  void shouldNotTakeAKeyForSilentBecauseOfALateRecord() {
    RecordJudge judge = judgeWith(TestModels.withTemperatureBefore("lag"));
    judge(judge, "press-7", reading(64.5, 2), START);
    judge(judge, "press-7", reading(64, 2), START.minus(RETENTION));

    assertThat(logLikelihood(judge(judge, "press-7", reading(64.2, 2), START.plusSeconds(60))))
        .isCloseTo(densityOfTemperature(64.2, 64), within(1e-5));
  }

  @Test
  void shouldSayWhyARecordIsUnscorableAndRememberNothingOfIt() {
    RecordJudge judge = judgeWith(TestModels.withTemperatureBefore("lag"));
    judge(judge, "press-7", reading(64.5, 2), START);
    evaluations.clear();

    assertThat(judge(judge, "press-7", reading(Double.NaN, 2), START))
        .asInstanceOf(InstanceOfAssertFactories.type(Verdict.Unscorable.class))
        .returns(ScoreOutcome.Reason.NOT_FINITE, Verdict.Unscorable::reason)
        .satisfies(verdict -> assertThat(verdict.message()).contains("temperature", "NaN"));
    assertThat(evaluations).isEmpty();
    assertThat(logLikelihood(judge(judge, "press-7", reading(64, 2), START)))
        .isCloseTo(densityOfTemperature(64, 64.5), within(1e-5));
  }

  @Test
  void shouldGoOnFromWhatIsKnownWhenTheModelIsSwappedBetweenTwoRecords() {
    RecordJudge judge = judgeWith(TestModels.withTemperatureBefore("v1"));
    judge(judge, "press-7", reading(64.5, 4.9), START);
    judge(judge, "press-7", reading(64.5, 4.9), START);

    judge.use(new ActiveModel(TestModels.withTemperatureBefore("v2"), BUDGET));
    Verdict verdict = judge(judge, "press-7", reading(70, 2), START.plus(WINDOW));

    assertThat(judge.model().bundle().version()).isEqualTo("v2");
    assertThat(logLikelihood(verdict)).isCloseTo(densityOfTemperature(70, 64.5), within(1e-5));
    assertAlert(verdict)
        .returns("v2", AnomalyAlert::getModelVersion)
        .returns(1L, AnomalyAlert::getSuppressed);
  }

  @Test
  void shouldAskTheModelInUseWhetherRecordsAreRemembered() {
    RecordJudge judge = judgeWith(TestModels.withTemperatureBefore("lag"));
    judge(judge, "press-7", reading(64.5, 2), START);

    judge.use(new ActiveModel(TestModels.bundle("plain"), BUDGET));
    Verdict plain = judge(judge, "press-7", reading(66, 2), START);
    judge.use(new ActiveModel(TestModels.withTemperatureBefore("next"), BUDGET));
    Verdict next = judge(judge, "press-7", reading(64, 2), START);

    assertThat(((Verdict.Scored) plain).history()).isEmpty();
    assertThat(logLikelihood(next)).isCloseTo(densityOfTemperature(64, 64.5), within(1e-5));
    assertThat(records.lookUps).isEqualTo(2);
  }
}
