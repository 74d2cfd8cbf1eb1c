package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
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
            List.of(StandardFeature.of("x", -3, 3).build()), List.of(), List.of(), List.of());
    List<double[]> rows =
        IntStream.range(0, 100).mapToObj(i -> new double[] {i < 50 ? 21 : 0.01 * i}).toList();

    SolverCertificate certificate =
        SolverChoice.of(
                features,
                new FieldParameters(shape, front),
                TrainingSettings.of(
                    Map.of("scoring.maximum.evaluations", "20", "scoring.solver", "dopri5")),
                rows)
            .certificate();

    assertThat(certificate.getUnscorable()).isEqualTo(50);
    assertThat(certificate.getRecords()).isEqualTo(50);
  }
}
