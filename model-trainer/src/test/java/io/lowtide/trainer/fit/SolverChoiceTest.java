package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.StandardFeature;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.flow.FlowParameters;
import io.lowtide.density.ode.GridMethod;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.SolverCertificate;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SolverChoiceTest {

  /** Still for small values; a steep front beyond 20 takes more than the least budget. */
  @Test
  void shouldCountTheRecordsThatItCannotScore() {
    FieldShape shape = new FieldShape(1, 0, List.of(1), Activation.TANH);
    float[] front = new float[shape.parameterCount()];
    FieldLayer hidden = shape.layers().get(0);
    FieldLayer output = shape.layers().get(1);
    front[hidden.weights().offset()] = 5;
    front[hidden.biasConstant().offset()] = -100;
    front[output.weights().offset()] = 40;
    front[output.biasConstant().offset()] = 40;
    FeatureSpecification features =
        new FeatureSpecification(
            List.of(StandardFeature.of("x", -3, 3).build()),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    List<double[]> rows =
        IntStream.range(0, 100).mapToObj(i -> new double[] {i < 50 ? 21 : 0.01 * i}).toList();

    SolverCertificate certificate =
        SolverChoice.of(
                features,
                FlowParameters.fromStandardNormal(new FieldParameters(shape, front)),
                TrainingSettings.of(
                    Map.of("scoring.maximum.evaluations", "20", "scoring.solver", "dopri5")),
                rows)
            .certificate();

    assertThat(certificate.getUnscorable()).isEqualTo(50);
    assertThat(certificate.getRecords()).isEqualTo(50);
  }

  /** A few that nothing can score say nothing about the grid. */
  @Test
  void shouldTakeAGridAlsoWhereExactIntegrationLacksScores() {
    FieldShape shape = new FieldShape(1, 0, List.of(4), Activation.TANH);
    float[] smooth = new float[shape.parameterCount()];
    for (int unit = 0; unit < 4; unit++) {
      smooth[shape.layers().get(0).weights().offset() + unit] = 0.5f;
      smooth[shape.layers().get(1).weights().offset() + unit] = 0.2f;
    }
    FeatureSpecification features =
        new FeatureSpecification(
            List.of(StandardFeature.of("x", -3, 3).build()),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    List<double[]> rows =
        IntStream.range(0, 100).mapToObj(i -> new double[] {i < 1 ? 1e300 : 0.01 * i}).toList();

    SolverChoice choice =
        SolverChoice.of(
            features,
            FlowParameters.fromStandardNormal(new FieldParameters(shape, smooth)),
            TrainingSettings.of(Map.of("scoring.solver", "grid")),
            rows);

    assertThat(choice.certificate().getRecords()).isEqualTo(99);
    assertThat(choice.certificate().getUnscorable()).isZero();
    assertThat(choice.solver())
        .isInstanceOfSatisfying(
            SolverSettings.CheckedGrid.class,
            grid -> assertThat(grid.gridMethod()).isEqualTo(GridMethod.ADAMS));
    assertThat(choice.certificate().getError99()).isLessThan(0.01);
  }
}
