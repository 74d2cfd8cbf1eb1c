package io.lowtide.trainer.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomMixtures;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchLoss;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.FieldCase;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.ProbeDistribution;
import io.lowtide.trainer.engine.SolverOptions;
import io.lowtide.trainer.engine.TraceMode;
import io.lowtide.trainer.engine.TrainingEngine;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the SIMD kernels to the plain ones, which the conformance suite holds to finite
 * differences: for sizes that fill registers, panels and tiles, and for sizes that do not.
 */
class VectorGradientTest {

  private static final TrainingEngine ENGINE = new SimdEngineProvider().load();

  private static FieldCase fieldCase(
      FieldShape shape, TraceMode trace, ProbeDistribution probes, int records) {
    double deviation = 1 / Math.sqrt(shape.hiddenUnits().get(0) + shape.dimensions());
    return FieldCase.of(shape, new FlowObjective(trace, probes, 0.05, 0.03), records, deviation);
  }

  private static FieldCase exact(
      int dimensions, int context, List<Integer> units, Activation activation, int records) {
    FieldShape shape = new FieldShape(dimensions, context, units, activation);
    return fieldCase(shape, TraceMode.EXACT, ProbeDistribution.RADEMACHER, records);
  }

  static List<FieldCase> cases() {
    return List.of(
        exact(8, 0, List.of(64, 64), Activation.TANH, 130),
        exact(1, 0, List.of(1), Activation.TANH, 1),
        exact(21, 19, List.of(33, 40), Activation.TANH, 37),
        exact(5, 3, List.of(70), Activation.SOFTPLUS, 65),
        exact(9, 40, List.of(24, 17, 9), Activation.SOFTPLUS, 20),
        fieldCase(
            new FieldShape(17, 2, List.of(48, 7), Activation.TANH),
            TraceMode.HUTCHINSON,
            ProbeDistribution.GAUSSIAN,
            90));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldGiveTheGradientOfDoublePrecision(FieldCase fieldCase) {
    requireAgreement(fieldCase, problem(fieldCase), new double[0], 0);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldGiveTheGradientOfDoublePrecisionOnAGrid(FieldCase fieldCase) {
    requireAgreement(fieldCase, problem(fieldCase).withShards(1), new double[0], 9);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldGiveTheGradientOfDoublePrecisionWhereComponentsAreMissing(FieldCase fieldCase) {
    int d = fieldCase.shape().dimensions();
    Random random = new Random(3);
    double[] present = new double[fieldCase.x().length];
    Arrays.setAll(present, i -> i < fieldCase.records() || random.nextBoolean() ? 1 : 0);
    requireAgreement(
        fieldCase,
        problem(fieldCase)
            .withOptional(IntStream.range(1, d).toArray())
            .withBase(RandomMixtures.of(d, 3, 2)),
        present,
        12);
  }

  private static BatchProblem problem(FieldCase fieldCase) {
    return BatchProblem.of(
            fieldCase.shape(),
            fieldCase.objective(),
            fieldCase.records(),
            SolverOptions.of(1e-5, ErrorNorm.EVERY_RECORD))
        .withShards(Math.min(2, fieldCase.records()));
  }

  private static void requireAgreement(
      FieldCase fieldCase, BatchProblem problem, double[] present, int steps) {
    double[] expected = new double[fieldCase.parameters().length];
    double[] found = new double[expected.length];
    BatchLoss expectedLoss =
        solve(fieldCase, problem.inDoublePrecision(), present, steps, expected);
    BatchLoss loss = solve(fieldCase, problem, present, steps, found);
    assertThat(loss.loss()).isCloseTo(expectedLoss.loss(), within(1e-4));
    double squares = 0;
    double size = 0;
    for (int i = 0; i < found.length; i++) {
      squares += Math.pow(found[i] - expected[i], 2);
      size += Math.pow(expected[i], 2);
    }
    assertThat(Math.sqrt(squares / size)).isLessThan(2e-4);
  }

  private static BatchLoss solve(
      FieldCase fieldCase, BatchProblem problem, double[] present, int steps, double[] gradient) {
    double[] x = fieldCase.x().clone();
    for (int i = 0; i < present.length; i++) {
      x[i] *= present[i];
    }
    try (BatchGradient solver = ENGINE.newGradient(problem)) {
      solver.setParameters(fieldCase.parameters());
      solver.drawProbes(new Random(11));
      solver.integrateOnGrid(steps);
      return solver.lossAndGradient(new Batch(x, fieldCase.context(), present), gradient);
    }
  }
}
