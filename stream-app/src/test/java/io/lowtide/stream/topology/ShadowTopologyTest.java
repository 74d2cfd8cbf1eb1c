package io.lowtide.stream.topology;

import static io.lowtide.stream.topology.DetectionFixture.START;
import static io.lowtide.stream.topology.DetectionFixture.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.scoring.RecordScorer;
import io.lowtide.density.scoring.ScoreOutcome.Scored;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.shadow.LiveComparison.Findings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A challenger beside the model in use. */
class ShadowTopologyTest {

  private static final String CHALLENGER = TestModels.DETECTOR + "/challenger";
  private static final int RECORDS = 200;

  @TempDir private Path directory;
  private DetectionFixture stream;

  private DetectionFixture start(Map<String, String> overrides) {
    Map<String, String> settings = new HashMap<>(overrides);
    settings.putIfAbsent("shadow.time.share", "1");
    settings.put("explanation.time.share", "1");
    stream = new DetectionFixture(directory, settings);
    stream.publish(TestModels.bundle("v1"));
    return stream;
  }

  @AfterEach
  void close() {
    stream.close();
  }

  private void challenge(ModelBundle bundle) {
    stream.publish(CHALLENGER, stream.bytesOf(bundle));
  }

  private static List<GenericRecord> readings() {
    Random random = new Random(4);
    List<GenericRecord> readings = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      readings.add(reading(65 + 6 * random.nextGaussian(), 2 + 0.6 * random.nextGaussian()));
    }
    return readings;
  }

  private void send() {
    List<GenericRecord> readings = readings();
    for (int i = 0; i < readings.size(); i++) {
      stream.send("press-" + i % 7, readings.get(i), START.plusSeconds(i));
    }
  }

  private Findings findings() {
    return stream.shadows.comparison().orElseThrow().findings();
  }

  private static List<String> values(List<TestRecord<byte[], byte[]>> messages) {
    return messages.stream().map(m -> java.util.HexFormat.of().formatHex(m.value())).toList();
  }

  private double gauge(String name, String... tags) {
    return stream.meters.get(name).tags(tags).gauge().value();
  }

  @Test
  void shouldCompareAChallengerOnTheRecordsOfTheChampion() {
    start(Map.of());
    ModelBundle challenger = TestModels.withLogarithmOfTemperature();
    challenge(challenger);
    send();

    RecordScorer byChampion = new RecordScorer(TestModels.bundle("v1"));
    RecordScorer byShadow = new RecordScorer(challenger);
    double gain = 0;
    int neither = 0;
    int flagged = 0;
    for (GenericRecord reading : readings()) {
      Scored one = (Scored) byChampion.score(reading);
      Scored other = (Scored) byShadow.score(reading);
      flagged += other.pValue() <= 0.05 ? 1 : 0;
      if (one.pValue() > 0.05 && other.pValue() > 0.05) {
        gain += other.logLikelihood() - one.logLikelihood();
        neither++;
      }
    }
    Findings found = findings();
    assertThat(found.compared()).isEqualTo(RECORDS);
    assertThat(found.gain()).isCloseTo(gain / neither, within(1e-9));
    assertThat(found.flaggedByShadow()).isCloseTo((double) flagged / RECORDS, within(1e-9));
    assertThat(gauge("lowtide.shadow")).isEqualTo(1);
    assertThat(gauge("lowtide.shadow.records", "outcome", "compared")).isEqualTo(RECORDS);
    assertThat(gauge("lowtide.shadow.gain", "figure", "mean")).isEqualTo(found.gain());
    assertThat(gauge("lowtide.shadow.seconds")).isPositive();
    assertThat(stream.scores()).allMatch(score -> score.getShadow() == null);
  }

  @Test
  void shouldSendTheSameToTheBitWithAndWithoutAShadow() {
    start(Map.of());
    send();
    List<String> scores = values(stream.scoreMessages());
    List<String> alerts = values(stream.alertMessages());
    List<String> episodes = values(stream.episodeMessages());
    stream.close();
    start(Map.of());
    challenge(TestModels.withLogarithmOfTemperature());
    send();

    assertThat(findings().compared()).isEqualTo(RECORDS);
    assertThat(alerts).isNotEmpty().isEqualTo(values(stream.alertMessages()));
    assertThat(scores).isEqualTo(values(stream.scoreMessages()));
    assertThat(episodes).isEqualTo(values(stream.episodeMessages()));
  }

  @Test
  void shouldCarryWhatTheShadowHasFoundWithTheScoresWhereItIsAskedTo() {
    start(Map.of("shadow.in.scores", "true"));
    ModelBundle challenger = TestModels.withLogarithmOfTemperature();
    challenge(challenger);
    stream.send("press", reading(66, 2.1));
    stream.send("press", reading(-3, 2.1));

    Scored expected = (Scored) new RecordScorer(challenger).score(reading(66, 2.1));
    List<ScoredRecord> scores = stream.scores();
    assertThat(scores.get(0).getShadow().getModelVersion()).isEqualTo("log");
    assertThat(scores.get(0).getShadow().getLogLikelihood()).isEqualTo(expected.logLikelihood());
    assertThat(scores.get(0).getShadow().getPValue()).isEqualTo(expected.pValue());
    assertThat(scores.get(1).getShadow()).as("of a record outside its domain").isNull();
  }

  @Test
  void shouldNotBeHurtByAShadowThatFitsNoRecord() {
    start(Map.of());
    challenge(TestModels.ofOtherRecords("misfit"));
    send();

    assertThat(findings().unscorable()).isEqualTo(RECORDS);
    assertThat(stream.deadLetters()).isEmpty();
    assertThat(stream.scores()).hasSize(RECORDS);
    assertThat(stream.fit().complaint()).isEmpty();
    assertThat(stream.models.current().bundle().version()).isEqualTo("v1");
  }

  @Test
  void shouldSkipWhatThereIsNoTimeFor() {
    start(Map.of("shadow.time.share", "0"));
    challenge(TestModels.withLogarithmOfTemperature());
    send();

    assertThat(findings().skipped()).isEqualTo(RECORDS);
    assertThat(findings().compared()).isZero();
    assertThat(stream.scores()).hasSize(RECORDS);
  }

  @Test
  void shouldRefuseADamagedChallengerAndGoOnWithoutOne() {
    start(Map.of());
    challenge(TestModels.bundle("v2"));
    byte[] damaged = stream.bytesOf(TestModels.bundle("v3"));
    damaged[damaged.length / 2] ^= 0x10;
    stream.publish(CHALLENGER, damaged);
    send();

    assertThat(stream.shadows.current()).isNull();
    assertThat(stream.count("lowtide.shadow.refused", "reason", "hash_mismatch")).isEqualTo(1);
    assertThat(stream.count("lowtide.models.refused")).isZero();
    assertThat(stream.scores()).allMatch(score -> score.getModelVersion().equals("v1"));
  }

  @Test
  void shouldEndTheComparisonWhenTheShadowIsPromotedOrWithdrawn() {
    start(Map.of());
    ModelBundle challenger = TestModels.withLogarithmOfTemperature();
    challenge(challenger);
    send();
    stream.publish(challenger);
    long compared = findings().compared();
    send();
    assertThat(findings().compared()).as("is the champion itself").isEqualTo(compared);
    assertThat(stream.scores().get(2 * RECORDS - 1).getModelVersion()).isEqualTo("log");

    challenge(TestModels.bundle("v1"));
    send();
    assertThat(findings().compared()).isEqualTo(RECORDS);
    stream.publish(CHALLENGER, (byte[]) null);
    send();
    assertThat(stream.shadows.current()).isNull();
    assertThat(stream.shadows.comparison()).isEmpty();
    assertThat(gauge("lowtide.shadow")).isZero();
    assertThat(gauge("lowtide.shadow.gain", "figure", "mean")).isNaN();
    assertThat(stream.models.current().bundle().version()).isEqualTo("log");
  }

  @Test
  void shouldCompareByPastValuesOnlyWhereTheyAreKeptForTheChampion() {
    start(Map.of());
    challenge(TestModels.withTemperatureBefore("lag"));
    send();
    assertThat(findings().compared()).isZero();
    assertThat(stream.scores()).hasSize(RECORDS);

    stream.publish(TestModels.withTemperatureBefore("lag"));
    challenge(TestModels.withTemperatureBefore("next"));
    send();
    assertThat(findings().compared()).isEqualTo(RECORDS);
    assertThat(findings().gain()).isZero();
  }
}
