package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.feature.FeatureInference;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrainingDataTest {

  private static final FeaturePlan LOGARITHM =
      new FeaturePlan(
          Map.of(
              "x",
              List.of(
                  new Continuous(
                      Optional.of(FeatureTransform.LOG),
                      OptionalDouble.empty(),
                      OptionalDouble.empty(),
                      false))));

  private static Table table(double... values) {
    return new Table(
        "t",
        List.of("x"),
        Arrays.stream(values).mapToObj(x -> new double[] {x}).toArray(double[][]::new));
  }

  private static FeatureEncoder encoder(Table table) {
    return new FeatureEncoder(FeatureInference.infer(LOGARITHM, table, Set.of(), 0.2));
  }

  @Test
  void shouldNotLeaveTheDomainByDequantisation() {
    Table table =
        table(IntStream.range(0, 500).mapToDouble(i -> i % 5 == 0 ? 0.01 : i % 5).toArray());
    TrainingData data = new TrainingData(encoder(table), table);
    Batch batch = data.newBatch(500);
    data.draw(IntStream.range(0, 500).boxed().toList(), new SplittableRandom(1), batch);
    assertThat(batch.x()).hasSize(500).matches(x -> Arrays.stream(x).allMatch(Double::isFinite));
  }

  @Test
  void shouldLeaveOutWhatLiesOutsideTheDomain() {
    FeatureEncoder encoder = encoder(table(1, 2, 3, 4));
    assertThat(new TrainingData(encoder, table(2, 0, -1, 3)).size()).isEqualTo(2);
  }
}
