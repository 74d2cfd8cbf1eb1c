package io.lowtide.density.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.StandardFeature;
import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.CategoryLevel;
import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContextFeature;
import io.lowtide.schemas.ContextKind;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.DateOrder;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.schemas.GeneratedClasses;
import io.lowtide.schemas.Presence;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FeatureEncoderTest {

  private static final double[] NO_CONTEXT = {};

  @BeforeAll
  static void letBuildersCopyEnums() {
    GeneratedClasses.trust();
  }

  @ParameterizedTest
  @EnumSource(FeatureTransform.class)
  void shouldDecodeWhatItEncoded(FeatureTransform transform) {
    FeatureEncoder encoder = encoder(transform);
    double[] encoded = new double[1];
    double[] decoded = new double[1];
    for (double x : new double[] {-2.9, -1e-6, 0, 1e-6, 0.5, 3, 250, 1e6}) {
      encoder.encode(new double[] {x}, NO_CONTEXT, encoded);
      encoder.decode(encoded, NO_CONTEXT, decoded);
      assertThat(decoded[0]).isCloseTo(x, within(1e-9 * Math.max(1, Math.abs(x))));
    }
  }

  @ParameterizedTest
  @EnumSource(FeatureTransform.class)
  void shouldCountTheLogDeterminantOfItsDerivative(FeatureTransform transform) {
    FeatureEncoder encoder = encoder(transform);
    double[] ahead = new double[1];
    double[] behind = new double[1];
    for (double x : new double[] {-2, 0, 0.7, 40}) {
      double step = 1e-5;
      encoder.encode(new double[] {x + step}, NO_CONTEXT, ahead);
      encoder.encode(new double[] {x - step}, NO_CONTEXT, behind);
      double derivative = (ahead[0] - behind[0]) / (2 * step);
      assertThat(encoder.encode(new double[] {x}, NO_CONTEXT, ahead))
          .isCloseTo(Math.log(derivative), within(1e-8));
    }
  }

  @Test
  void shouldStayFiniteForHugeValues() {
    double[] encoded = new double[1];
    for (double x : new double[] {1e30, -1e30, 1e300, -1e307}) {
      assertThat(encoder(FeatureTransform.ASINH).encode(new double[] {x}, NO_CONTEXT, encoded))
          .isFinite();
      assertThat(encoded[0]).isFinite();
      assertThat(Math.signum(encoded[0])).isEqualTo(Math.signum(x));
    }
  }

  @Test
  void shouldHaveNoLogDeterminantOutsideTheDomainOfTheLogarithm() {
    assertThat(encoder(FeatureTransform.LOG).encode(new double[] {-3}, NO_CONTEXT, new double[1]))
        .matches(value -> !Double.isFinite(value));
    assertThat(encoder(FeatureTransform.LOG).encode(new double[] {-4}, NO_CONTEXT, new double[1]))
        .isNaN();
  }

  @Test
  void shouldRefuseAScaleThatIsNotPositive() {
    ContinuousFeature flat = StandardFeature.of("flat", 0, 1).setScale(0).build();
    assertThatThrownBy(() -> encoder(List.of(flat)))
        .hasMessage("feature \"flat\": scale 0.0, expected positive");
  }

  @Test
  void shouldRefuseARangeOrAConstantThatIsNotFinite() {
    ContinuousFeature feature =
        ContinuousFeature.newBuilder(feature(FeatureTransform.IDENTITY))
            .setMinimum(Double.NaN)
            .build();
    assertThatThrownBy(() -> encoder(List.of(feature)))
        .hasMessage("feature \"x\": minimum NaN, expected finite");
    assertThatThrownBy(
            () ->
                new FeatureEncoder(
                    new FeatureSpecification(
                        List.of(feature(FeatureTransform.IDENTITY)),
                        List.of(),
                        List.of(),
                        List.of(new ConstantFeature("line", Double.NaN, 0.1)),
                        List.of())))
        .hasMessage("feature \"line\": value NaN, expected finite");
  }

  @Test
  void shouldRefuseALagThatNoHistoryReaches() {
    ContextFeature lag =
        ContextFeature.newBuilder().setName("x").setKind(ContextKind.LAG).setLag(100_000).build();
    assertThatThrownBy(
            () ->
                new FeatureEncoder(
                    new FeatureSpecification(
                        List.of(feature(FeatureTransform.IDENTITY)),
                        List.of(),
                        List.of(lag),
                        List.of(),
                        List.of())))
        .hasMessage("feature \"x\": lag 100000, expected between 1 and 10000");
  }

  @Test
  void shouldRefuseProbabilitiesThatDoNotSumToOne() {
    CategoricalFeature category =
        new CategoricalFeature(
            "colour", List.of(new CategoryLevel("red", 0.8)), 0.1, 0.0, 1, null, List.of());
    assertThatThrownBy(
            () ->
                new FeatureEncoder(
                    new FeatureSpecification(
                        List.of(feature(FeatureTransform.IDENTITY)),
                        List.of(category),
                        List.of(),
                        List.of(),
                        List.of())))
        .hasMessageContaining("feature \"colour\": probabilities that sum to 0.9")
        .hasMessageContaining("expected 1");
  }

  @Test
  void shouldRefuseContextWeightsOfAnotherLength() {
    ContinuousFeature feature =
        ContinuousFeature.newBuilder(feature(FeatureTransform.IDENTITY))
            .setContextWeights(List.of(1.0))
            .build();
    assertThatThrownBy(() -> encoder(List.of(feature)))
        .hasMessageContaining("1 contextWeights, expected none or one for each of the 0 entries");
  }

  @Test
  void shouldRefuseARepeatedName() {
    ContinuousFeature feature = feature(FeatureTransform.IDENTITY);
    assertThatThrownBy(() -> encoder(List.of(feature, feature))).hasMessageContaining("\"x\"");
  }

  private static FeatureEncoder encoder(FeatureTransform transform) {
    return encoder(List.of(feature(transform)));
  }

  private static FeatureEncoder encoder(List<ContinuousFeature> features) {
    return new FeatureEncoder(
        new FeatureSpecification(features, List.of(), List.of(), List.of(), List.of()));
  }

  private static ContinuousFeature feature(FeatureTransform transform) {
    return new ContinuousFeature(
        "x", transform, 3.0, 0.5, 1.2, 2.5, 0.0, 0.0, -2.0, 100.0, 0.0, 0.0, List.of(), 0);
  }

  private static FeatureEncoder withCycle(String zone, Presence presence, int difference) {
    ContinuousFeature x =
        ContinuousFeature.newBuilder(feature(FeatureTransform.IDENTITY))
            .setMissingProbability(difference == 0 ? 0 : 0.1)
            .setDifference(difference)
            .build();
    ContextFeature day =
        new ContextFeature(
            "at",
            ContextKind.CYCLE,
            86_400.0,
            0,
            FeatureTransform.IDENTITY,
            0.0,
            1.0,
            0.0,
            1.0,
            List.of(),
            zone,
            DateOrder.UNSTATED,
            presence);
    return new FeatureEncoder(
        new FeatureSpecification(List.of(x), List.of(), List.of(day), List.of(), List.of("?")));
  }

  private static double[] context(FeatureEncoder encoder, double time) {
    double[] context = new double[encoder.contextDimensions()];
    encoder.encodeContext(new double[] {1, time}, context);
    return context;
  }

  @Test
  void shouldFollowTheClockOfAZoneIntoSummer() {
    double winter = Instant.parse("2026-03-28T07:00:00Z").getEpochSecond();
    double summer = Instant.parse("2026-03-30T06:00:00Z").getEpochSecond();
    FeatureEncoder berlin = withCycle("Europe/Berlin", Presence.REQUIRED, 0);
    assertThat(context(berlin, summer)[0]).isCloseTo(context(berlin, winter)[0], within(1e-9));
    FeatureEncoder utc = withCycle("", Presence.REQUIRED, 0);
    assertThat(context(utc, summer)[1]).isNotCloseTo(context(utc, winter)[1], within(0.1));
    assertThatThrownBy(() -> withCycle("Berlin", Presence.REQUIRED, 0))
        .hasMessage("feature \"at\": zone \"Berlin\", expected one like Europe/Berlin or UTC");
  }

  @Test
  void shouldEncodeATimeThatIsMissingAsTheMiddleOfTheCycle() {
    FeatureEncoder encoder = withCycle("", Presence.OPTIONAL, 0);
    assertThat(context(encoder, Double.NaN)).containsExactly(0, 0);
    assertThat(encoder.inputs().get(1).optional()).isTrue();
    assertThat(encoder.texts().isMissing("?")).isTrue();
  }

  @Test
  void shouldTakeTheChangeSinceTheRecordBefore() {
    FeatureEncoder encoder = withCycle("", Presence.REQUIRED, 1);
    LaggedFields fields = encoder.laggedFields();
    assertThat(encoder.inputs().get(0).column()).isEqualTo("x [change]");
    double[] values = {7, 0};
    fields.fill(KeyHistory.EMPTY, values);
    assertThat(values).containsExactly(Double.NaN, 0);
    values[0] = 9.5;
    fields.fill(fields.after(KeyHistory.EMPTY, new double[] {7}), values);
    assertThat(values).containsExactly(2.5, 0);
    assertThatThrownBy(() -> withCycle("", Presence.REQUIRED, 2))
        .hasMessage("feature \"x\": difference 2, expected 0 or 1");
  }
}
