package io.lowtide.trainer.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.trainer.data.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FarValuesTest {

  private static final int RECORDS = 5_000;

  private final Random random = new Random(7);

  private static double[] sorted(int count, IntToDoubleFunction values) {
    double[] column = new double[count];
    Arrays.setAll(column, values);
    Arrays.sort(column);
    return column;
  }

  private double normal() {
    return 20 + 5 * random.nextGaussian();
  }

  @Test
  void shouldFindAFewValuesOfAnySizeFarOutside() {
    for (double far : new double[] {1e5, 1e9, 1e300, -1e300, -99, 999, -999, -9999, 65_535}) {
      for (int count : new int[] {3, 10}) {
        boolean isCapped = far == -99 || far == 999 || far == -999;
        FarValues found = FarValues.of(sorted(RECORDS, i -> i < count ? far : normal()));
        assertThat(found.values())
            .as("%s, %d times, nines: %s", far, count, isCapped)
            .containsExactly(far);
        assertThat(found.counts()).containsExactly(count);
        assertThat(found.contains(far)).isTrue();
        assertThat(found.contains(20)).isFalse();
      }
    }
    assertThat(FarValues.of(sorted(RECORDS, i -> i == 0 ? 1e5 : normal())).counts())
        .containsExactly(1);
  }

  @Test
  void shouldFindDifferentOnesOnBothSides() {
    double[] far = {1e5, 1e9, 1e300, -1e7};
    FarValues found = FarValues.of(sorted(RECORDS, i -> i < 12 ? far[i % far.length] : normal()));
    assertThat(found.values()).containsExactly(-1e7, 1e5, 1e9, 1e300);
    assertThat(found.text())
        .isEqualTo("-10000000 in 3, 100000 in 3, 1000000000 in 3, 1.0E300 in 3");
  }

  @Test
  void shouldLeaveHeavyTailsAndRareModesAlone() {
    Map<String, DoubleSupplier> columns =
        Map.of(
            "log-normal", () -> Math.exp(3 * random.nextGaussian()),
            "Cauchy", () -> random.nextGaussian() / random.nextGaussian(),
            "Pareto", () -> 1 / (1 - random.nextDouble()),
            "counts", () -> Math.floor(-2 * Math.log(1 - random.nextDouble())),
            "mostly zero", () -> random.nextInt(5) > 0 ? 0 : Math.exp(2 * random.nextGaussian()),
            "rare mode", () -> random.nextInt(200) == 0 ? 5_000 + random.nextGaussian() : normal(),
            "at rest", () -> random.nextInt(200) == 0 ? 0 : 3_000 + 20 * random.nextGaussian(),
            "flag", () -> random.nextInt(500) == 0 ? 1 : 0);
    columns.forEach(
        (name, column) -> {
          for (int repetition = 0; repetition < 20; repetition++) {
            assertThat(FarValues.of(sorted(RECORDS, i -> column.getAsDouble())).isEmpty())
                .as(name)
                .isTrue();
          }
        });
  }

  @Test
  void shouldSayWhatWasFoundAndLeaveTheRecordsOut() {
    double[][] rows = new double[RECORDS][];
    for (int i = 0; i < RECORDS; i++) {
      rows[i] = new double[] {i % 1_000 == 0 ? 1e9 : normal(), random.nextGaussian()};
    }
    Table table = new Table("t", List.of("latency", "load"), rows);
    UsableRecords usable = UsableRecords.of(PlanInference.plan(table), table);
    assertThat(usable.table().size()).isEqualTo(RECORDS - 5);
    assertThat(usable.findings()).hasSize(1);
    assertThat(usable.findings().get(0))
        .startsWith("Column \"latency\": 1000000000 in 5 of 5,000 records, far outside");
    Table clean = usable.table();
    assertThat(UsableRecords.of(PlanInference.plan(clean), clean).table()).isSameAs(clean);
  }

  static Stream<Arguments> fewPerMilleOfAnything() {
    return Stream.of(1, 3, 10)
        .flatMap(
            count ->
                DoubleStream.of(1e5, 1e9, 1e300, -1e9)
                    .boxed()
                    .flatMap(
                        far -> Stream.of(true, false).map(alike -> arguments(count, far, alike))));
  }

  /** 40 where 5 is normal must stay far outside, whatever a few records of training hold. */
  @ParameterizedTest
  @MethodSource("fewPerMilleOfAnything")
  void shouldNotLetAFewRecordsMakeAColumnBlind(int count, double far, boolean alike) {
    double[][] rows = new double[RECORDS][];
    for (int i = 0; i < RECORDS; i++) {
      boolean isFar = i % (RECORDS / count) == 7;
      rows[i] =
          new double[] {
            isFar
                ? far * (alike ? 1 : 1 - 0.5 * random.nextDouble())
                : 5 + 0.4 * random.nextGaussian(),
            random.nextGaussian()
          };
    }
    Table table = new Table("t", List.of("x", "y"), rows);
    FeaturePlan plan = PlanInference.plan(table);

    UsableRecords usable = UsableRecords.of(plan, table);
    FeatureEncoder encoder =
        new FeatureEncoder(FeatureInference.infer(plan, usable.table(), Set.of(), 0.1));

    assertThat(usable.table().size()).isEqualTo(RECORDS - count);
    assertThat(usable.findings()).hasSize(1);
    assertThat(usable.findings().get(0)).contains("\"x\"", "of 5,000 records, far outside");
    double[] encoded = new double[2];
    encoder.encode(new double[] {40, 0}, new double[0], encoded);
    assertThat(encoded[0]).isGreaterThan(20);
    encoder.encode(new double[] {5.4, 0}, new double[0], encoded);
    assertThat(encoded[0]).isBetween(0.9, 1.1);
  }

  @Test
  void shouldKeepTheScaleOfAColumnWhoseEndsAreNotFarEnoughToBeLeftOut() {
    double[] column = sorted(RECORDS, i -> i < 3 ? 800 : normal());
    assertThat(FarValues.of(column).isEmpty()).isTrue();
    ColumnTransform transform = ColumnTransform.inferred(column);
    double[] encoded = Arrays.stream(column).map(transform::apply).toArray();
    double mean = Arrays.stream(encoded).average().orElseThrow();
    double deviation =
        Math.sqrt(Arrays.stream(encoded).map(y -> (y - mean) * (y - mean)).average().orElseThrow());
    assertThat((transform.apply(25) - transform.apply(15)) / deviation).isBetween(1.7, 2.4);
  }
}
