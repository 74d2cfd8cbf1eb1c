package io.lowtide.density.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomFields;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldEvaluator;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.FieldTape;
import io.lowtide.density.field.ScalarVectorField;
import io.lowtide.density.field.VectorField;
import io.lowtide.density.field.VectorFields;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FlowIntegratorTest {

  @ParameterizedTest
  @EnumSource(Activation.class)
  void shouldMatchTheChangeOfVariablesDeterminant(Activation activation) {
    int dimensions = 4;
    FieldParameters parameters = RandomFields.of(dimensions, 0, List.of(24, 24), activation, 17);
    Flow flow = new Flow(new ScalarVectorField(parameters), SolverSettings.dormandPrince(1e-11));
    FlowIntegrator integrator = flow.newIntegrator();
    Random random = new Random(18);
    for (int trial = 0; trial < 5; trial++) {
      double[] x = random.doubles(dimensions, -2, 2).toArray();
      double[][] jacobian = new double[dimensions][dimensions];
      double step = 1e-5;
      for (int i = 0; i < dimensions; i++) {
        double[] ahead = x.clone();
        double[] behind = x.clone();
        ahead[i] += step;
        behind[i] -= step;
        double[] end = base(integrator, ahead);
        double[] start = base(integrator, behind);
        for (int j = 0; j < dimensions; j++) {
          jacobian[j][i] = (end[j] - start[j]) / (2 * step);
        }
      }
      double[] z = base(integrator, x);
      double expected = Math.log(Math.abs(determinant(jacobian)));
      for (double component : z) {
        expected -= 0.5 * component * component + 0.5 * Math.log(2 * Math.PI);
      }
      assertThat(integrator.logDensity()).isCloseTo(expected, within(1e-6));
    }
  }

  private static double[] base(FlowIntegrator integrator, double[] x) {
    assertThat(integrator.score(x)).isEqualTo(SolveStatus.COMPLETED);
    double[] z = new double[x.length];
    integrator.copyPosition(z);
    return z;
  }

  private static double determinant(double[][] matrix) {
    double determinant = 1;
    for (int k = 0; k < matrix.length; k++) {
      determinant *= matrix[k][k];
      for (int i = k + 1; i < matrix.length; i++) {
        double factor = matrix[i][k] / matrix[k][k];
        for (int j = k; j < matrix.length; j++) {
          matrix[i][j] -= factor * matrix[k][j];
        }
      }
    }
    return determinant;
  }

  @Test
  void shouldIntegrateToOneOverThePlane() {
    FieldParameters parameters = RandomFields.of(2, 0, List.of(32, 32), Activation.TANH, 21);
    FlowIntegrator integrator =
        new Flow(VectorFields.of(parameters), SolverSettings.dormandPrince(1e-6)).newIntegrator();
    double width = 0.1;
    double sum = 0;
    for (double x = -9; x <= 9; x += width) {
      for (double y = -9; y <= 9; y += width) {
        assertThat(integrator.score(new double[] {x, y})).isEqualTo(SolveStatus.COMPLETED);
        sum += Math.exp(integrator.logDensity()) * width * width;
      }
    }
    assertThat(sum).isCloseTo(1, within(1e-3));
  }

  @Test
  void shouldReachTheClosedFormOfALinearField() {
    // dz/ds = A z: x = exp(A) z is Gaussian with covariance exp(A) exp(A)'. A = [[a, b], [0, c]].
    double a = 0.7;
    double b = -1.3;
    double c = -0.4;
    double coupling = b * (Math.exp(a) - Math.exp(c)) / (a - c);
    for (double tolerance : new double[] {1e-4, 1e-6, 1e-8, 1e-10}) {
      FlowIntegrator integrator =
          new Flow(new LinearField(a, b, c), SolverSettings.dormandPrince(tolerance))
              .newIntegrator();
      for (double[] x : new double[][] {{0.3, -0.8}, {2, 1}, {-1.5, 0.1}}) {
        double z1 = x[1] / Math.exp(c);
        double z0 = (x[0] - coupling * z1) / Math.exp(a);
        double expected = -0.5 * (z0 * z0 + z1 * z1) - Math.log(2 * Math.PI) - a - c;
        assertThat(integrator.score(x)).isEqualTo(SolveStatus.COMPLETED);
        assertThat(integrator.logDensity()).isCloseTo(expected, within(30 * tolerance));
      }
    }
  }

  /** dz/ds = A z with A = [[a, b], [0, c]]. */
  private record LinearField(double a, double b, double c) implements VectorField {

    @Override
    public FieldShape shape() {
      return new FieldShape(2, 0, List.of(1), Activation.TANH);
    }

    @Override
    public VectorField restrictedTo(int[] dimensions) {
      throw new UnsupportedOperationException("this field is of both dimensions");
    }

    @Override
    public FieldTape newTape(double[] times) {
      throw new UnsupportedOperationException("not differentiated in these tests");
    }

    @Override
    public FieldEvaluator newEvaluator() {
      return new FieldEvaluator() {
        @Override
        public void setContext(double[] context) {
          throw new UnsupportedOperationException("this field has no context");
        }

        @Override
        public void derivative(double s, double[] y, double[] derivative) {
          derivative[0] = a * y[0] + b * y[1];
          derivative[1] = c * y[1];
          derivative[2] = a + c;
        }
      };
    }
  }

  @Test
  void shouldScoreASampleWithTheLogDensityItWasDrawnWith() {
    FieldParameters parameters = RandomFields.of(6, 2, List.of(32, 32), Activation.TANH, 31);
    FlowIntegrator integrator =
        new Flow(new ScalarVectorField(parameters), SolverSettings.dormandPrince(1e-9))
            .newIntegrator();
    integrator.setContext(new double[] {0.3, -1});
    Random random = new Random(32);
    for (int trial = 0; trial < 20; trial++) {
      double[] z = random.doubles(6).map(unused -> random.nextGaussian()).toArray();
      assertThat(integrator.sample(z)).isEqualTo(SolveStatus.COMPLETED);
      double drawn = integrator.logDensity();
      double[] x = new double[6];
      integrator.copyPosition(x);
      assertThat(integrator.score(x)).isEqualTo(SolveStatus.COMPLETED);
      assertThat(integrator.logDensity()).isCloseTo(drawn, within(1e-6));
      integrator.copyPosition(x);
      assertThat(x).containsExactly(z, within(1e-6));
    }
  }

  @Test
  void shouldGiveTheSameBitsInEveryThreadAndOrder() throws Exception {
    FieldParameters parameters = RandomFields.of(8, 0, List.of(64, 64), Activation.TANH, 41);
    Flow flow = new Flow(VectorFields.of(parameters), SolverSettings.dormandPrince(1e-5));
    Random random = new Random(42);
    double[][] records =
        IntStream.range(0, 3000)
            .mapToObj(unused -> random.doubles(8, -3, 3).toArray())
            .toArray(double[][]::new);
    double[] expected = scores(flow, records, IntStream.range(0, records.length).toArray());
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<double[]>> tasks =
          IntStream.range(0, 8)
              .<Callable<double[]>>mapToObj(
                  seed ->
                      () -> {
                        Random shuffle = new Random(seed);
                        int[] order = shuffle.ints(2000, 0, records.length).toArray();
                        return scores(flow, records, order);
                      })
              .toList();
      for (Future<double[]> future : threads.invokeAll(tasks)) {
        double[] actual = future.get();
        for (int i = 0; i < actual.length; i++) {
          assertThat(Double.isNaN(actual[i]) || actual[i] == expected[i]).isTrue();
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** Scores in the given order, at the index of each record; NaN where a record was not scored. */
  private static double[] scores(Flow flow, double[][] records, int[] order) {
    FlowIntegrator integrator = flow.newIntegrator();
    double[] scores = new double[records.length];
    java.util.Arrays.fill(scores, Double.NaN);
    for (int index : order) {
      integrator.score(records[index]);
      scores[index] = integrator.logDensity();
    }
    return scores;
  }
}
