package io.lowtide.density.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.RandomFields;
import io.lowtide.density.RandomKernels;
import io.lowtide.density.RandomMixtures;
import io.lowtide.density.field.Activation;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartialFlowTest {

  private static Flow flow(int dimensions, int components) {
    return flow(dimensions, RandomMixtures.of(dimensions, components, 2));
  }

  private static Flow flow(int dimensions, BaseDensity base) {
    return Flow.of(
        new FlowParameters(
            RandomFields.of(dimensions, 0, List.of(32, 32), Activation.TANH, 1), base),
        SolverSettings.dormandPrince(1e-3));
  }

  private static Flow withKernels(int dimensions, int kernels) {
    return flow(
        dimensions,
        new StackedDensity(
            RandomMixtures.of(dimensions, 4, 2), RandomKernels.of(dimensions, kernels, 3), 0.4));
  }

  private static double score(PartialFlow flow, int dimensions, int... missing) {
    double[] x = new double[dimensions];
    Arrays.fill(x, 0.1);
    for (int one : missing) {
      x[one] = Double.NaN;
    }
    assertThat(flow.score(x)).isEqualTo(SolveStatus.COMPLETED);
    return flow.logDensity();
  }

  /** Of some 65,000 numbers each, 58 would be 30 MB. */
  @Test
  void shouldKeepFewMegabytesOfAModelOfManyDimensionsHoweverManySetsOfValuesAreMissing() {
    PartialFlow partial = flow(60, 32).newPartialFlow();
    double first = score(partial, 60, 0);
    double[] points = new double[58];
    for (int i = 0; i < points.length; i++) {
      points[i] = score(partial, 60, i, i + 1);
      assertThat(partial.kept()).isBetween(50_000L, 1L << 20);
    }

    assertThat(score(partial, 60, 0)).isEqualTo(first);
    assertThat(score(partial, 60, 0, 1)).isEqualTo(points[0]);
  }

  @Test
  void shouldKeepTheSetsOfASmallModelThatComeAgainAndAgain() {
    PartialFlow partial = flow(8, 4).newPartialFlow();
    for (int round = 0; round < 2; round++) {
      for (int first = 0; first < 8; first++) {
        for (int other = first; other < 8; other++) {
          score(partial, 8, first, other);
        }
      }
    }
    assertThat(partial.made()).isEqualTo(36);
  }

  /** Of 2,500 kernels each holds some 30,000 numbers; 62 would be 15 MB. */
  @Test
  void shouldKeepFewMegabytesOfKernelsHoweverManySetsOfValuesAreMissing() {
    PartialFlow partial = withKernels(8, 2_500).newPartialFlow();
    for (int first = 0; first < 8; first++) {
      for (int other = first; other < 8; other++) {
        score(partial, 8, first, other);
        assertThat(partial.kept()).isBetween(2_500L * 10, 1L << 20);
      }
    }
    int made = partial.made();
    score(partial, 8, 6, 7);
    assertThat(partial.made()).isEqualTo(made);
  }

  @Test
  void shouldSayWhereItLedTheComponentsThatAreThere() {
    Flow flow = withKernels(3, 20);
    PartialFlow partial = flow.newPartialFlow();
    FlowIntegrator restricted = flow.restrictedTo(new int[] {0, 2}).newIntegrator();
    double[] position = new double[3];
    double[] expected = new double[2];

    assertThat(partial.score(new double[] {0.4, Double.NaN, -1})).isEqualTo(SolveStatus.COMPLETED);
    partial.copyPosition(position);
    assertThat(restricted.score(new double[] {0.4, -1})).isEqualTo(SolveStatus.COMPLETED);
    restricted.copyPosition(expected);
    assertThat(position).containsExactly(expected[0], Double.NaN, expected[1]);
    assertThat(partial.logDensity()).isEqualTo(restricted.logDensity());

    partial.score(new double[] {Double.NaN, Double.NaN, Double.NaN});
    partial.copyPosition(position);
    assertThat(position).containsOnly(Double.NaN);
  }
}
