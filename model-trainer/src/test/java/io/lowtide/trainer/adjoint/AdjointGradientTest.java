package io.lowtide.trainer.adjoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.field.Activation;
import io.lowtide.trainer.FieldCase;
import io.lowtide.trainer.field.BatchField;
import io.lowtide.trainer.field.ProbeDistribution;
import io.lowtide.trainer.field.TraceMode;
import io.lowtide.trainer.ode.ErrorNorm;
import io.lowtide.trainer.ode.SolverOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AdjointGradientTest {

  private static final SolverOptions TIGHT = SolverOptions.of(1e-10, ErrorNorm.EVERY_RECORD);

  static List<FieldCase> cases() {
    List<FieldCase> cases = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      for (List<Integer> hidden : List.of(List.of(5), List.of(5, 4), List.of(5, 4, 3))) {
        for (int context : new int[] {0, 2}) {
          for (double penalty : new double[] {0, 0.3}) {
            for (TraceMode trace : TraceMode.values()) {
              cases.add(
                  FieldCase.of(
                      activation,
                      hidden,
                      context,
                      trace,
                      context == 0 ? ProbeDistribution.RADEMACHER : ProbeDistribution.GAUSSIAN,
                      penalty,
                      penalty / 2));
            }
          }
        }
      }
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldAgreeWithCentralFiniteDifferencesAlongRandomDirections(FieldCase fieldCase) {
    BatchField field = fieldCase.newField();
    AdjointGradient adjoint = new AdjointGradient(field, TIGHT, TIGHT);
    double[] gradient = new double[fieldCase.parameters().length];

    adjoint.lossAndGradient(fieldCase.x(), gradient);

    Random random = new Random(3);
    for (int trial = 0; trial < 4; trial++) {
      double[] direction = random.doubles(gradient.length, -1, 1).toArray();
      double slope = slope(adjoint, fieldCase, direction);
      assertThat(dot(gradient, direction)).isCloseTo(slope, withinRelative(slope));
    }
  }

  static List<FieldCase> casesWithEveryTensor() {
    return cases().stream()
        .filter(fieldCase -> fieldCase.shape().hiddenLayers() == 2)
        .filter(fieldCase -> fieldCase.shape().activation() == Activation.TANH)
        .filter(fieldCase -> fieldCase.objective().kineticPenalty() > 0)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("casesWithEveryTensor")
  void shouldAgreeWithCentralFiniteDifferencesInEveryComponent(FieldCase fieldCase) {
    BatchField field = fieldCase.newField();
    AdjointGradient adjoint = new AdjointGradient(field, TIGHT, TIGHT);
    double[] gradient = new double[fieldCase.parameters().length];

    adjoint.lossAndGradient(fieldCase.x(), gradient);

    for (int i = 0; i < gradient.length; i++) {
      double[] direction = new double[gradient.length];
      direction[i] = 1;
      assertThat(gradient[i])
          .as("component " + i)
          .isCloseTo(slope(adjoint, fieldCase, direction), within(1e-6));
    }
  }

  /** Central difference of the loss. */
  private static double slope(AdjointGradient adjoint, FieldCase fieldCase, double[] direction) {
    double step = 1e-5;
    return (loss(adjoint, fieldCase, direction, step) - loss(adjoint, fieldCase, direction, -step))
        / (2 * step);
  }

  private static double loss(
      AdjointGradient adjoint, FieldCase fieldCase, double[] direction, double step) {
    double[] parameters = fieldCase.parameters().clone();
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] += step * direction[i];
    }
    adjoint.field().setParameters(parameters);
    return adjoint.loss(fieldCase.x()).loss();
  }

  private static Offset<Double> withinRelative(double expected) {
    return within(1e-5 * Math.abs(expected));
  }

  private static double dot(double[] left, double[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }
}
