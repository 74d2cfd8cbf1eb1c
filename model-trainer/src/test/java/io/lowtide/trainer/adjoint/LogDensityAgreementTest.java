package io.lowtide.trainer.adjoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.VectorFields;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowIntegrator;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.trainer.field.FlowObjective;
import io.lowtide.trainer.ode.ErrorNorm;
import io.lowtide.trainer.ode.SolverOptions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

class LogDensityAgreementTest {

  @ParameterizedTest
  @EnumSource(Activation.class)
  void shouldGiveTheScorersLogDensityInSinglePrecision(Activation activation) {
    int d = 8;
    int records = 37;
    Random random = new Random(2);
    FieldShape shape = new FieldShape(d, 0, List.of(32, 24), activation);
    float[] values = new float[shape.parameterCount()];
    double[] parameters = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.2 * random.nextGaussian());
      parameters[i] = values[i];
    }
    double[] x = random.doubles(records * d, -2, 2).toArray();
    double[] logDensities = new double[records];
    SolverOptions options = SolverOptions.of(1e-5, ErrorNorm.EVERY_RECORD);
    try (ParallelGradient trainer =
        new ParallelGradient(
            shape, FlowObjective.exactLikelihood(), DataType.FLOAT, records, 2, options, options)) {
      trainer.setParameters(parameters);
      trainer.loss(Batch.of(x));
      trainer.copyLogDensities(logDensities);
    }

    FlowIntegrator scorer =
        new Flow(
                VectorFields.of(new FieldParameters(shape, values)),
                SolverSettings.dormandPrince(1e-5))
            .newIntegrator();
    for (int record = 0; record < records; record++) {
      double[] point = new double[d];
      for (int column = 0; column < d; column++) {
        point[column] = x[column * records + record];
      }
      assertThat(scorer.score(point)).isEqualTo(SolveStatus.COMPLETED);
      assertThat(logDensities[record]).isCloseTo(scorer.logDensity(), within(1e-4));
    }
  }
}
