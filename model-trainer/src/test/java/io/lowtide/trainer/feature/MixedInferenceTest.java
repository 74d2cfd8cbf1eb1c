package io.lowtide.trainer.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.feature.FeatureInput;
import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.CategoryLevel;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.feature.FieldRole.Categorical;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Cycle;
import io.lowtide.trainer.feature.FieldRole.Lag;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MixedInferenceTest {

  private static final double MISSING = Double.NaN;

  private static FeaturePlan plan(Object... fieldsAndRoles) {
    Map<String, List<FieldRole>> roles = new LinkedHashMap<>();
    for (int i = 0; i < fieldsAndRoles.length; i += 2) {
      @SuppressWarnings("unchecked")
      List<FieldRole> ofField = (List<FieldRole>) fieldsAndRoles[i + 1];
      roles.put((String) fieldsAndRoles[i], ofField);
    }
    return new FeaturePlan(roles);
  }

  @Test
  void shouldGiveUnseenValuesTheProbabilityOfThoseSeenOnce() {
    double[][] rows = new double[100][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {i % 7, i < 60 ? 1 : i < 97 ? 0 : i - 95};
    }
    Table table =
        new Table(
            "t",
            List.of("x", "city"),
            rows,
            Map.of("city", List.of("Bern", "Rome", "Oslo", "Kyiv", "Lima")));
    CategoricalFeature city =
        FeatureInference.infer(
                plan("x", List.of(Continuous.inferred()), "city", List.of(new Categorical())),
                table,
                Set.of(),
                0.2)
            .getCategorical()
            .get(0);
    assertThat(city.getLevels())
        .extracting(CategoryLevel::getValue)
        .containsExactly("Rome", "Bern", "Kyiv", "Lima", "Oslo");
    // 100 records, half a record for each of five values, three seen once and half a record more.
    double total = 100 + 2.5 + 3.5;
    assertThat(city.getUnknownProbability()).isCloseTo(3.5 / total, within(1e-12));
    assertThat(city.getLevels().get(0).getProbability()).isCloseTo(60.5 / total, within(1e-12));
    assertThat(city.getMissingProbability()).isZero();
    assertThat(city.getContextLevels()).isEqualTo(2);
  }

  @Test
  void shouldTakeAwayWhatTheContextAccountsFor() {
    Random random = new Random(5);
    double[][] rows = new double[4_000][];
    double value = 5;
    for (int i = 0; i < rows.length; i++) {
      int mode = i % 2;
      value = 0.9 * value + 0.1 * random.nextGaussian() + (mode == 1 ? 1 : 0);
      rows[i] = new double[] {value, mode};
    }
    FeaturePlan plan =
        plan(
            "value",
            List.of(Continuous.inferred(), new Lag(1)),
            "mode",
            List.of(new Categorical()));
    Table table =
        plan.withLags(
                new LabelledTable(
                    new Table("t", List.of("value", "mode"), rows), new boolean[rows.length]),
                Optional.empty())
            .table();
    FeatureSpecification features = FeatureInference.infer(plan, table, Set.of(), 0.2);
    ContinuousFeature feature = features.getContinuous().get(0);
    assertThat(feature.getScale()).isCloseTo(0.1, within(0.01));

    FeatureEncoder encoder = new FeatureEncoder(features);
    double[][] values = RecordValues.of(encoder, table);
    double[] context = new double[encoder.contextDimensions()];
    double[] encoded = new double[1];
    double squares = 0;
    for (int row = 1; row < values.length; row++) {
      encoder.encodeContext(values[row], context);
      encoder.encode(values[row], context, encoded);
      squares += encoded[0] * encoded[0] / (values.length - 1);
    }
    assertThat(squares).isCloseTo(1, within(0.1));
  }

  @Test
  void shouldKeepAScaleWhereTheContextDeterminesARoundedValue() {
    double[][] rows = new double[600][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {i % 2 * 10};
    }
    FeaturePlan plan = plan("x", List.of(Continuous.inferred(), new Lag(2)));
    Table table =
        plan.withLags(
                new LabelledTable(new Table("t", List.of("x"), rows), new boolean[600]),
                Optional.empty())
            .table();
    ContinuousFeature feature =
        FeatureInference.infer(plan, table, Set.of(), 0.2).getContinuous().get(0);
    // Dequantisation by steps of 10 is all the noise there is: 10 / sqrt(12).
    assertThat(feature.getResolution()).isEqualTo(10);
    assertThat(feature.getScale()).isCloseTo(10 / Math.sqrt(12), within(0.1));
  }

  @Test
  void shouldMeasureHowOftenAValueIsMissingAndWhatItWouldHaveAdded() {
    Random random = new Random(5);
    double[][] rows = new double[1_000][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] =
          new double[] {random.nextGaussian(), i % 10 == 0 ? MISSING : 500 * random.nextGaussian()};
    }
    Table table = new Table("t", List.of("x", "y"), rows);
    ContinuousFeature y =
        FeatureInference.infer(PlanInference.plan(table), table, Set.of("y"), 0.2)
            .getContinuous()
            .get(1);
    assertThat(y.getMissingProbability()).isCloseTo(100.5 / 1_001, within(1e-12));
    // Mean log-density of a Gaussian of deviation 500.
    assertThat(y.getMissingOffset())
        .isCloseTo(-Math.log(500) - 0.5 * Math.log(2 * Math.PI * Math.E), within(0.1));
  }

  @Test
  void shouldNotLetAPlaceholderBlindItsColumn() {
    Random random = new Random(5);
    double[][] rows = new double[10_000][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] =
          new double[] {
            i % 500 == 3 ? 1e6 : random.nextGaussian(),
            i % 500 == 3 ? -9_999 : i % 5 == 0 ? 5 + random.nextGaussian() : 0
          };
    }
    Table table = new Table("t", List.of("x", "mostly zero"), rows);
    FeatureSpecification features =
        FeatureInference.infer(PlanInference.plan(table), table, Set.of(), 0.2);
    FeatureEncoder encoder = new FeatureEncoder(features);
    double[] low = new double[2];
    double[] high = new double[2];
    encoder.encode(new double[] {-1, 0}, new double[0], low);
    encoder.encode(new double[] {1, 5}, new double[0], high);
    assertThat(features.getContinuous().get(0).getTransform()).isEqualTo(FeatureTransform.ASINH);
    assertThat(high[0] - low[0]).isGreaterThan(0.5);
    assertThat(high[1] - low[1]).isGreaterThan(0.5);
  }

  @Test
  void shouldFindTheStepsOfAColumnWithAPlaceholderFarOutside() {
    double[][] rows = new double[1_000][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {i % 500 == 3 ? Integer.MAX_VALUE : i % 20 / 10.0};
    }
    Table table = new Table("t", List.of("x"), rows);
    ContinuousFeature x =
        FeatureInference.infer(PlanInference.plan(table), table, Set.of(), 0.2)
            .getContinuous()
            .get(0);
    assertThat(x.getResolution()).isCloseTo(0.1, within(1e-9));
  }

  @Test
  void shouldTakeZeroOfEitherSignForOneCategory() {
    double[][] rows = new double[100][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {37 * i % 100 / 8.0, i % 3 == 0 ? MISSING : i % 2 == 0 ? 0.0 : -0.0};
    }
    Table table = new Table("t", List.of("x", "flag"), rows);
    CategoricalFeature flag =
        FeatureInference.infer(PlanInference.plan(table), table, Set.of("flag"), 0.2)
            .getCategorical()
            .get(0);
    assertThat(flag.getLevels()).extracting(CategoryLevel::getValue).containsExactly("0");
  }

  @Test
  void shouldKnowANumberThatBecameACategoryWhenItIsReadAsText() {
    double[][] rows = new double[100][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {37 * i % 100 / 8.0, i % 3 == 0 ? MISSING : 5};
    }
    Table numbers = new Table("t", List.of("x", "gain"), rows);
    FeatureEncoder encoder =
        new FeatureEncoder(
            FeatureInference.infer(PlanInference.plan(numbers), numbers, Set.of("gain"), 0.2));
    Table texts =
        new Table(
            "t",
            List.of("x", "gain"),
            new double[][] {{1, 0}, {1, 1}, {1, 2}, {1, MISSING}},
            Map.of("gain", List.of("5.0", "5", "6.0")));
    assertThat(List.of(RecordValues.of(encoder, texts)))
        .extracting(values -> values[1])
        .containsExactly(0.0, 0.0, -1.0, MISSING);
  }

  @Test
  void shouldBuildLagsByKeyInTheOrderOfTheRows() {
    double[][] rows = {{1, 0}, {2, 1}, {3, 0}, {MISSING, 0}, {5, 0}, {6, 1}};
    Table table =
        new Table("t", List.of("x", "key"), rows, Map.of("key", List.of("left", "right")));
    Table lagged =
        LagColumns.add(
            table,
            List.of(FeatureInput.lagged("x", 1), FeatureInput.lagged("x", 2)),
            Optional.of("key"));
    assertThat(lagged.columns()).containsExactly("x", "key", "x [1 before]", "x [2 before]");
    assertThat(lagged.column(2)).containsExactly(MISSING, MISSING, 1, 3, MISSING, 2);
    assertThat(lagged.column(3)).containsExactly(MISSING, MISSING, MISSING, 1, 3, MISSING);
  }

  @Test
  void shouldRefuseTextsWhereNumbersAreAskedFor() {
    Table table =
        new Table(
            "t",
            List.of("x", "when"),
            new double[][] {{1, 0}, {2, 1}},
            Map.of("when", List.of("now", "then")));
    assertThatThrownBy(
            () ->
                FeatureInference.infer(
                    plan("when", List.of(Continuous.inferred())), table, Set.of(), 0.2))
        .isInstanceOf(DataException.class)
        .hasMessage("t, column \"when\": holds texts, expected numbers");
    assertThatThrownBy(
            () ->
                FeatureInference.infer(
                    plan("x", List.of(Continuous.inferred()), "when", List.of(new Cycle(86_400))),
                    table,
                    Set.of(),
                    0.2))
        .hasMessage("t, column \"when\": \"now\", expected a time");
  }
}
