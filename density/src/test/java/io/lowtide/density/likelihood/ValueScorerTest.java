package io.lowtide.density.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomFields;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.VectorFields;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.ode.GridMethod;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ValueScorerTest {

  private static final SolverSettings CHECKED_GRID =
      SolverSettings.dormandPrince(1e-5).onCheckedGrid(GridMethod.ADAMS, 12, 50);

  /**
   * In the record's own units, over the line and over both outcomes of the column that was
   * constant.
   */
  @ParameterizedTest
  @EnumSource(FeatureTransform.class)
  void shouldGiveALikelihoodThatIntegratesToOne(FeatureTransform transform) {
    FeatureEncoder encoder = encoder(transform);
    FieldParameters field = RandomFields.of(1, 0, List.of(16, 16), Activation.TANH, 3);
    ValueScorer scorer = new ValueScorer(encoder, new Flow(VectorFields.of(field), CHECKED_GRID));
    double sum = 0;
    double before = valueAt(encoder, -12);
    for (double u = -12; u < 12; u += 0.01) {
      double after = valueAt(encoder, u + 0.01);
      double middle = valueAt(encoder, u + 0.005);
      for (double constant : new double[] {7, 8}) {
        assertThat(scorer.score(new double[] {middle, constant})).isEqualTo(SolveStatus.COMPLETED);
        sum += Math.exp(scorer.logLikelihood()) * (after - before);
      }
      before = after;
    }
    assertThat(sum).isCloseTo(1, within(2e-3));
  }

  private static FeatureEncoder encoder(FeatureTransform transform) {
    return new FeatureEncoder(
        new FeatureSpecification(
            List.of(
                new ContinuousFeature(
                    "x", transform, 3.0, 0.5, 1.2, 0.7, 0.0, 0.0, -2.0, 100.0, 0.0, 0.0, List.of(),
                    0)),
            List.of(),
            List.of(),
            List.of(new ConstantFeature("seven", 7.0, 0.01)),
            List.of()));
  }

  private static double valueAt(FeatureEncoder encoder, double u) {
    double[] value = new double[1];
    encoder.decode(new double[] {u}, new double[0], value);
    return value[0];
  }
}
