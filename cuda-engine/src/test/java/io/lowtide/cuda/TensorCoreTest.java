package io.lowtide.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.FieldCase;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.ProbeDistribution;
import io.lowtide.trainer.engine.SolverOptions;
import io.lowtide.trainer.engine.TraceMode;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Products by tensor cores, which the CPU makes in double precision, against those of the kernels
 * that the conformance suite holds to finite differences.
 */
@Execution(ExecutionMode.CONCURRENT)
class TensorCoreTest {

  private static final int STEPS = 3;
  private static final int RECORDS = 21;

  private static CudaDevice device;

  @BeforeAll
  static void open() {
    device = HostCompiler.deviceOrSkip();
  }

  static List<FieldCase> cases() {
    FlowObjective penalised =
        new FlowObjective(TraceMode.EXACT, ProbeDistribution.RADEMACHER, 0.1, 0.05);
    FlowObjective estimated =
        new FlowObjective(TraceMode.HUTCHINSON, ProbeDistribution.GAUSSIAN, 0, 0.1);
    return List.of(
        FieldCase.of(
            new FieldShape(7, 0, List.of(64, 50), Activation.TANH), penalised, RECORDS, 0.15),
        FieldCase.of(
            new FieldShape(20, 3, List.of(30, 20), Activation.SOFTPLUS), estimated, RECORDS, 0.15),
        FieldCase.of(
            new FieldShape(3, 0, List.of(12, 8, 6), Activation.TANH),
            FlowObjective.exactLikelihood(),
            RECORDS,
            0.3),
        FieldCase.of(
            new FieldShape(7, 0, List.of(64, 50), Activation.TANH),
            FlowObjective.exactLikelihood(),
            RECORDS,
            0.15),
        FieldCase.of(new FieldShape(5, 0, List.of(9), Activation.TANH), penalised, RECORDS, 0.3));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldGiveTheGradientOfPlainProducts(FieldCase fieldCase) {
    double[] expected = gradient(fieldCase, new Tiling(16, 2, false));
    double[] found = gradient(fieldCase, new Tiling(16, 2, true));

    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    assertThat(largest).isPositive();
    for (int i = 0; i < expected.length; i++) {
      assertThat(found[i]).as("component " + i).isCloseTo(expected[i], within(1e-12 * largest));
    }
  }

  private static double[] gradient(FieldCase fieldCase, Tiling tiling) {
    CudaEngine engine = HostCompiler.engine(device, tiling);
    BatchProblem problem =
        BatchProblem.of(
                fieldCase.shape(),
                fieldCase.objective(),
                RECORDS,
                SolverOptions.of(1e-5, ErrorNorm.EVERY_RECORD))
            .inDoublePrecision();
    double[] gradient = new double[fieldCase.parameters().length];
    try (BatchGradient engineGradient = engine.newGradient(problem, STEPS)) {
      engineGradient.setParameters(fieldCase.parameters());
      engineGradient.drawProbes(new Random(1));
      engineGradient.lossAndGradient(
          new Batch(fieldCase.x(), fieldCase.context(), new double[0]), gradient);
    }
    return gradient;
  }
}
