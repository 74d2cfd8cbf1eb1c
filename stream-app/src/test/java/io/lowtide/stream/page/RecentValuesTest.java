package io.lowtide.stream.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.detection.ActiveModel;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

class RecentValuesTest {

  private static final Schema READING =
      SchemaBuilder.record("Reading")
          .fields()
          .requiredDouble("temperature")
          .requiredDouble("pressure")
          .endRecord();

  private final AtomicReference<ActiveModel> inUse =
      new AtomicReference<>(new ActiveModel(TestModels.bundle("v1"), 0.05));
  private final RecentValues values = new RecentValues(inUse::get);
  private final Random random = new Random(4);

  private static GenericRecord reading(double temperature, double pressure) {
    GenericRecord record = new GenericData.Record(READING);
    record.put("temperature", temperature);
    record.put("pressure", pressure);
    return record;
  }

  private void addNormal(int count, double temperature) {
    for (int i = 0; i < count; i++) {
      values.add(reading(temperature + 5 * random.nextGaussian(), 2 + random.nextDouble()));
    }
  }

  @Test
  void shouldTellTheMiddleOfWhatEachFieldHasBeenLately() {
    addNormal(5_000, 20);
    addNormal(1_000, 65);
    JsonNode temperature = values.toJson().get("temperature");
    assertThat(temperature.get("count").asInt()).isEqualTo(1_000);
    assertThat(temperature.get("low").asDouble()).isCloseTo(65 - 1.96 * 5, within(1.5));
    assertThat(temperature.get("high").asDouble()).isCloseTo(65 + 1.96 * 5, within(1.5));
    assertThat(values.toJson().get("pressure").get("high").asDouble()).isBetween(2.9, 3.0);
  }

  @Test
  void shouldHardlyBeMovedByAFewAnomalies() {
    addNormal(980, 65);
    for (int i = 0; i < 20; i++) {
      values.add(reading(1e6, 2));
    }
    assertThat(values.toJson().get("temperature").get("high").asDouble()).isLessThan(90);
  }

  @Test
  void shouldTellNothingOfAFewRecordsOrOfThoseThatDoNotFit() {
    addNormal(39, 65);
    GenericRecord other =
        new GenericData.Record(SchemaBuilder.record("Other").fields().endRecord());
    for (int i = 0; i < 100; i++) {
      values.add(other);
    }
    assertThat(values.toJson()).isEmpty();
    addNormal(1, 65);
    assertThat(values.toJson()).hasSize(2);
  }

  @Test
  void shouldBeginAnewWithAnotherModelAndDoNothingWithoutOne() {
    addNormal(100, 65);
    inUse.set(new ActiveModel(TestModels.bundle("v2"), 0.05));
    addNormal(40, 30);
    assertThat(values.toJson().get("temperature").get("count").asInt()).isEqualTo(40);
    inUse.set(null);
    addNormal(100, 65);
    assertThat(values.toJson()).isEmpty();
  }
}
