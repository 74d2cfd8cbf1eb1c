package io.lowtide.trainer.adjoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.field.Activation;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.PartialFlow;
import io.lowtide.trainer.FieldCase;
import io.lowtide.trainer.field.BatchField;
import io.lowtide.trainer.field.ProbeDistribution;
import io.lowtide.trainer.field.TraceMode;
import io.lowtide.trainer.ode.ErrorNorm;
import io.lowtide.trainer.ode.SolverOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Batches whose records lack some of their three components. */
class MissingComponentsTest {

  private static final int B = FieldCase.RECORDS;
  private static final int[] OPTIONAL = {1, 2};
  private static final SolverOptions TIGHT = SolverOptions.of(1e-9, ErrorNorm.BATCH_RMS);

  /** By component: all four records have the first, and lack one, both or none of the others. */
  private static final double[] PRESENT = {1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1};

  static List<FieldCase> cases() {
    List<FieldCase> cases = new ArrayList<>();
    for (List<Integer> hidden : List.of(List.of(5), List.of(5, 4), List.of(5, 4, 3))) {
      for (int context : new int[] {0, 2}) {
        for (TraceMode trace : TraceMode.values()) {
          for (double penalty : new double[] {0, 0.3}) {
            cases.add(
                FieldCase.of(
                    Activation.TANH,
                    hidden,
                    context,
                    trace,
                    ProbeDistribution.GAUSSIAN,
                    penalty,
                    penalty / 2));
          }
        }
      }
    }
    return cases;
  }

  static List<FieldCase> exactCases() {
    return cases().stream()
        .filter(fieldCase -> fieldCase.objective().trace() == TraceMode.EXACT)
        .toList();
  }

  private static double[] present(FieldCase fieldCase) {
    double[] x = fieldCase.x().clone();
    for (int i = 0; i < x.length; i++) {
      x[i] *= PRESENT[i];
    }
    return x;
  }

  private static AdjointGradient adjoint(FieldCase fieldCase) {
    BatchField field =
        new BatchField(fieldCase.shape(), fieldCase.objective(), DataType.DOUBLE, B, OPTIONAL);
    field.setParameters(fieldCase.parameters());
    if (fieldCase.context().length > 0) {
      field.setContext(fieldCase.context());
    }
    field.drawProbe(new Random(11));
    field.setPresent(PRESENT);
    return new AdjointGradient(field, TIGHT, TIGHT);
  }

  @ParameterizedTest
  @MethodSource("exactCases")
  void shouldGiveTheLogDensityOfTheScorersRestrictedFlow(FieldCase fieldCase) {
    AdjointGradient adjoint = adjoint(fieldCase);
    adjoint.loss(present(fieldCase));
    double[] logDensities = new double[B];
    adjoint.copyLogDensities(logDensities);

    PartialFlow scorer = Flow.reference(fieldCase.fieldParameters()).newPartialFlow();
    for (int record = 0; record < B; record++) {
      double[] context = new double[fieldCase.shape().contextDimensions()];
      for (int i = 0; i < context.length; i++) {
        context[i] = fieldCase.context()[i * B + record];
      }
      double[] x = new double[3];
      for (int i = 0; i < x.length; i++) {
        x[i] = PRESENT[i * B + record] == 1 ? fieldCase.x()[i * B + record] : Double.NaN;
      }
      scorer.setContext(context);
      scorer.score(x);
      assertThat(logDensities[record]).isCloseTo(scorer.logDensity(), within(1e-6));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldHaveTheGradientOfCentralFiniteDifferences(FieldCase fieldCase) {
    AdjointGradient adjoint = adjoint(fieldCase);
    double[] x = present(fieldCase);
    double[] gradient = new double[fieldCase.parameters().length];
    adjoint.lossAndGradient(x, gradient);

    Random random = new Random(3);
    for (int trial = 0; trial < 3; trial++) {
      double[] direction = random.doubles(gradient.length, -1, 1).toArray();
      double expected = 0;
      for (int i = 0; i < gradient.length; i++) {
        expected += gradient[i] * direction[i];
      }
      double slope =
          (loss(adjoint, fieldCase, x, direction, 1e-5)
                  - loss(adjoint, fieldCase, x, direction, -1e-5))
              / 2e-5;
      assertThat(expected).isCloseTo(slope, within(1e-5 * Math.abs(slope)));
    }
  }

  private static double loss(
      AdjointGradient adjoint, FieldCase fieldCase, double[] x, double[] direction, double step) {
    double[] parameters = fieldCase.parameters().clone();
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] += step * direction[i];
    }
    adjoint.field().setParameters(parameters);
    return adjoint.loss(x).loss();
  }
}
