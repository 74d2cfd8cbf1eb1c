package io.lowtide.density.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomKernels;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestKernelTest {

  /** What a kernel has at its best is its marginal density there, times the conditional peak. */
  @ParameterizedTest
  @CsvSource({"2,1,40", "3,1,7", "5,2,90", "8,5,300", "12,11,30"})
  void shouldChooseTheKernelThatIsMostProbableOnceThePointIsMoved(
      int dimensions, int moved, int count) {
    KernelDensity kernels = RandomKernels.of(dimensions, count, 3);
    NearestKernel nearest = new NearestKernel(kernels);
    List<GaussianMixture> each =
        IntStream.range(0, count).mapToObj(k -> alone(kernels, k)).toList();
    Random random = new Random(4);
    int[] chosen = new int[count];
    for (int trial = 0; trial < 100; trial++) {
      double[] z = random.doubles(dimensions, -3, 3).toArray();
      boolean[] free = new boolean[dimensions];
      random.ints(0, dimensions).distinct().limit(moved).forEach(i -> free[i] = true);
      double[] atBest =
          each.stream().mapToDouble(kernel -> logDensityAtBest(kernel, z, free)).toArray();
      int expected =
          IntStream.range(0, count).reduce((a, b) -> atBest[b] > atBest[a] ? b : a).orElseThrow();

      double[] columns = identity(dimensions);
      nearest.choose(z, columns, free);

      chosen[expected]++;
      assertLooksLike(each.get(expected), nearest, z, columns);
    }
    assertThat(Arrays.stream(chosen).max().orElseThrow()).isLessThan(100);
  }

  private static GaussianMixture alone(KernelDensity kernels, int k) {
    return RandomKernels.asMixture(
        new KernelDensity(
            new double[][] {kernels.centres()[k]},
            new double[] {kernels.scales()[k]},
            kernels.spread(),
            kernels.noise()));
  }

  private static double logDensityAtBest(GaussianMixture kernel, double[] z, boolean[] free) {
    int[] kept = IntStream.range(0, z.length).filter(i -> !free[i]).toArray();
    GaussianMixture marginal = kernel.restrictedTo(kept);
    double[] unmoved = Arrays.stream(kept).mapToDouble(i -> z[i]).toArray();
    return marginal.newEvaluator().logDensity(unmoved) + kernel.logScale(0) - marginal.logScale(0);
  }

  private static double[] identity(int dimensions) {
    double[] columns = new double[dimensions * dimensions];
    for (int i = 0; i < dimensions; i++) {
      columns[i * (dimensions + 1)] = 1;
    }
    return columns;
  }

  /** At the point, and one unit along each axis from there. */
  private static void assertLooksLike(
      GaussianMixture kernel, NearestKernel nearest, double[] z, double[] columns) {
    double[] residual = new double[z.length];
    nearest.standardise(z, residual);
    assertThat(kernel.logScale(0) - squaredLength(residual) / 2)
        .isCloseTo(kernel.newEvaluator().logDensity(z), within(1e-6));
    for (int axis = 0; axis < z.length; axis++) {
      double[] moved = z.clone();
      moved[axis]++;
      double[] movedResidual = residual.clone();
      for (int i = 0; i < z.length; i++) {
        movedResidual[i] += columns[axis * z.length + i];
      }
      assertThat(kernel.logScale(0) - squaredLength(movedResidual) / 2)
          .isCloseTo(kernel.newEvaluator().logDensity(moved), within(1e-6));
    }
  }

  private static double squaredLength(double[] vector) {
    return Arrays.stream(vector).map(x -> x * x).sum();
  }
}
