package io.lowtide.trainer.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.Table;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class FeatureInferenceTest {

  private final Random random = new Random(1);

  @Test
  void shouldStandardiseAGaussianColumnAndNothingElse() {
    ContinuousFeature feature = infer(() -> 50 + 3 * random.nextGaussian());
    assertThat(feature.getTransform()).isEqualTo(FeatureTransform.IDENTITY);
    assertThat(feature.getLocation()).isCloseTo(50, within(0.2));
    assertThat(feature.getScale()).isCloseTo(3, within(0.1));
    assertThat(feature.getResolution()).isZero();
    assertThat(feature.getSmoothing()).isEqualTo(0.3);
  }

  @Test
  void shouldCompressAHeavyTail() {
    ContinuousFeature feature = infer(() -> Math.exp(2 * random.nextGaussian()));
    assertThat(feature.getTransform()).isEqualTo(FeatureTransform.ASINH);
    assertThat(feature.getTransformShift()).isCloseTo(1, within(0.2));
    assertThat(feature.getTransformScale()).isPositive();
  }

  @Test
  void shouldCompressAHeavyTailOfAColumnThatIsMostlyZero() {
    ContinuousFeature feature =
        infer(() -> random.nextInt(10) > 0 ? 0 : Math.exp(3 * random.nextGaussian()));
    assertThat(feature.getTransform()).isEqualTo(FeatureTransform.ASINH);
    assertThat(feature.getTransformShift()).isZero();
    assertThat(feature.getTransformScale()).isPositive();
    assertThat(infer(() -> random.nextInt(10) > 0 ? 0 : 1).getTransform())
        .isEqualTo(FeatureTransform.IDENTITY);
  }

  @Test
  void shouldTakeRoundingErrorsForTheSameValue() {
    assertThat(
            infer(() -> 0.1 * random.nextInt(20) * (1 + 1e-15 * random.nextInt(3))).getResolution())
        .isCloseTo(0.1, within(1e-9));
  }

  @Test
  void shouldFindTheResolutionOfIntegersAndRoundedReadings() {
    assertThat(infer(() -> random.nextInt(100)).getResolution()).isEqualTo(1);
    assertThat(infer(() -> random.nextInt(100) / 4.0).getResolution()).isEqualTo(0.25);
  }

  @Test
  void shouldKeepAConstantColumnApart() {
    double[][] rows =
        DoubleStream.of(1, 2, 3).mapToObj(x -> new double[] {x, 5}).toArray(double[][]::new);
    FeatureSpecification specification = infer(new Table("t", List.of("x", "five"), rows));
    assertThat(specification.getContinuous()).hasSize(1);
    assertThat(specification.getConstants())
        .singleElement()
        .satisfies(
            constant -> {
              assertThat(constant.getName()).isEqualTo("five");
              assertThat(constant.getValue()).isEqualTo(5);
              assertThat(constant.getChangeProbability()).isEqualTo(1.0 / 5);
            });
  }

  @Test
  void shouldRefuseATableWithoutVariation() {
    Table table = new Table("t", List.of("x"), new double[][] {{1}, {1}});
    assertThatThrownBy(() -> infer(table))
        .isInstanceOf(DataException.class)
        .hasMessage("t: no column that is taken for a number varies, expected at least one");
  }

  private ContinuousFeature infer(DoubleSupplier values) {
    double[][] rows =
        DoubleStream.generate(values)
            .limit(5000)
            .mapToObj(x -> new double[] {x})
            .toArray(double[][]::new);
    return infer(new Table("t", List.of("x"), rows)).getContinuous().get(0);
  }

  private static FeatureSpecification infer(Table table) {
    return FeatureInference.infer(PlanInference.plan(table), table, Set.of(), 0.3);
  }
}
