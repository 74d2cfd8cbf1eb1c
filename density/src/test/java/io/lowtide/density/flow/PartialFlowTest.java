package io.lowtide.density.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.RandomFields;
import io.lowtide.density.RandomMixtures;
import io.lowtide.density.field.Activation;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartialFlowTest {

  private static Flow flow(int dimensions, int components) {
    return Flow.of(
        new FlowParameters(
            RandomFields.of(dimensions, 0, List.of(32, 32), Activation.TANH, 1),
            RandomMixtures.of(dimensions, components, 2)),
        SolverSettings.dormandPrince(1e-3));
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
}
