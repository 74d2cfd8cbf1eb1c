package io.lowtide.trainer.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldEvaluator;
import io.lowtide.density.field.ScalarVectorField;
import io.lowtide.trainer.engine.FieldCase;
import io.lowtide.trainer.engine.ProbeDistribution;
import io.lowtide.trainer.engine.TraceMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

class BatchFieldTest {

  private static final int D = 3;
  private static final int B = FieldCase.RECORDS;

  static List<FieldCase> exactCases() {
    List<FieldCase> cases = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      for (List<Integer> hidden : List.of(List.of(5), List.of(5, 4), List.of(5, 4, 3))) {
        for (int context : new int[] {0, 2}) {
          cases.add(fieldCase(activation, hidden, context, TraceMode.EXACT, 0, 0));
        }
      }
    }
    return cases;
  }

  private static FieldCase fieldCase(
      Activation activation,
      List<Integer> hidden,
      int context,
      TraceMode trace,
      double kinetic,
      double jacobian) {
    return FieldCase.of(
        activation, hidden, context, trace, ProbeDistribution.GAUSSIAN, kinetic, jacobian);
  }

  /** A double-precision field with the parameters, the context and a probe. */
  private static BatchField newField(FieldCase fieldCase) {
    BatchField field =
        new BatchField(fieldCase.shape(), fieldCase.objective(), DataType.DOUBLE, B, new int[0]);
    field.setParameters(fieldCase.parameters());
    if (fieldCase.context().length > 0) {
      field.setContext(fieldCase.context());
    }
    field.drawProbe(new Random(11));
    return field;
  }

  @ParameterizedTest
  @MethodSource("exactCases")
  void shouldAgreeWithTheScorersFieldAndItsTrace(FieldCase fieldCase) {
    BatchField field = newField(fieldCase);

    double[] derivative = evaluate(field, fieldCase.x(), 0.3);

    FieldEvaluator reference = new ScalarVectorField(fieldCase.fieldParameters()).newEvaluator();
    double[] expected = new double[D + 1];
    for (int record = 0; record < B; record++) {
      if (fieldCase.context().length > 0) {
        reference.setContext(row(fieldCase.context(), record));
      }
      double[] state = Arrays.copyOf(row(fieldCase.x(), record), D + 1);
      reference.derivative(0.3, state, expected);
      for (int column = 0; column <= D; column++) {
        assertThat(derivative[column * B + record]).isCloseTo(expected[column], within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("exactCases")
  void shouldFindTheTraceOfTheFiniteDifferenceJacobian(FieldCase fieldCase) {
    BatchField field = newField(fieldCase);
    double[] trace = evaluate(field, fieldCase.x(), 0.7);

    double step = 1e-5;
    double[] sum = new double[B];
    for (int i = 0; i < D; i++) {
      double[] above = fieldCase.x().clone();
      double[] below = fieldCase.x().clone();
      for (int record = 0; record < B; record++) {
        above[i * B + record] += step;
        below[i * B + record] -= step;
      }
      double[] aboveSlope = evaluate(field, above, 0.7);
      double[] belowSlope = evaluate(field, below, 0.7);
      for (int record = 0; record < B; record++) {
        sum[record] += (aboveSlope[i * B + record] - belowSlope[i * B + record]) / (2 * step);
      }
    }
    for (int record = 0; record < B; record++) {
      assertThat(trace[D * B + record]).isCloseTo(sum[record], within(1e-8));
    }
  }

  static List<FieldCase> penalisedCases() {
    List<FieldCase> cases = new ArrayList<>();
    for (FieldCase exact : exactCases()) {
      for (TraceMode trace : TraceMode.values()) {
        cases.add(
            fieldCase(
                exact.shape().activation(),
                exact.shape().hiddenUnits(),
                exact.shape().contextDimensions(),
                trace,
                0.3,
                0.2));
      }
    }
    return cases;
  }

  /** The adjoint of one record is the gradient of a.f - tr - 0.3 |f|^2 - 0.2 |J e|^2. */
  @ParameterizedTest
  @MethodSource("penalisedCases")
  void shouldPullCotangentsBackLikeFiniteDifferences(FieldCase fieldCase) {
    BatchField field = newField(fieldCase);
    double[] a = new Random(5).doubles(B * D, -1, 1).toArray();
    double[] state = Arrays.copyOf(fieldCase.x(), 2 * B * D);
    System.arraycopy(a, 0, state, B * D, B * D);
    double[] integrand = new double[field.integrandSize()];

    field.point().upload(state, state.length);
    field.evaluateAdjoint(0.4, integrand);

    double[] slope = new double[2 * B * D];
    field.derivative().download(slope, slope.length);
    double[] gradient = new double[fieldCase.parameters().length];
    field.finishGradient(integrand, 1, gradient);
    double step = 1e-6;
    for (int i = 0; i < B * D; i++) {
      double[] x = fieldCase.x().clone();
      x[i] += step;
      double above = product(field, x, a);
      x[i] -= 2 * step;
      double difference = (above - product(field, x, a)) / (2 * step);
      assertThat(-slope[B * D + i]).as("position " + i).isCloseTo(difference, within(1e-7));
    }
    for (int i = 0; i < gradient.length; i++) {
      double[] parameters = fieldCase.parameters().clone();
      parameters[i] += step;
      field.setParameters(parameters);
      double above = product(field, fieldCase.x(), a);
      parameters[i] -= 2 * step;
      field.setParameters(parameters);
      double difference = (above - product(field, fieldCase.x(), a)) / (2 * step);
      assertThat(gradient[i]).as("parameter " + i).isCloseTo(difference, within(1e-7));
    }
  }

  private static double product(BatchField field, double[] x, double[] a) {
    double[] slope = evaluate(field, x, 0.4);
    double sum = 0;
    for (int i = 0; i < B * D; i++) {
      sum += a[i] * slope[i];
    }
    for (int record = 0; record < B; record++) {
      // The running costs of the forward state are minus the squared lengths.
      sum +=
          -slope[D * B + record]
              + 0.3 * slope[(D + 1) * B + record]
              + 0.2 * slope[(D + 2) * B + record];
    }
    return sum;
  }

  @Test
  void shouldEstimateTheExactTraceOnAverageOverProbes() {
    FieldCase exact = fieldCase(Activation.TANH, List.of(5, 4), 0, TraceMode.EXACT, 0, 0);
    double[] expected = evaluate(newField(exact), exact.x(), 0.5);
    for (ProbeDistribution distribution : ProbeDistribution.values()) {
      FieldCase estimated =
          FieldCase.of(Activation.TANH, List.of(5, 4), 0, TraceMode.HUTCHINSON, distribution, 0, 0);
      BatchField field = newField(estimated);
      Random random = new Random(1);
      int draws = 20_000;
      double[] sum = new double[B];
      double[] squares = new double[B];
      for (int draw = 0; draw < draws; draw++) {
        field.drawProbe(random);
        double[] slope = evaluate(field, estimated.x(), 0.5);
        for (int record = 0; record < B; record++) {
          sum[record] += slope[D * B + record];
          squares[record] += slope[D * B + record] * slope[D * B + record];
        }
      }
      for (int record = 0; record < B; record++) {
        double mean = sum[record] / draws;
        double standardError = Math.sqrt((squares[record] / draws - mean * mean) / draws);
        assertThat(mean).isCloseTo(expected[D * B + record], within(4 * standardError));
      }
    }
  }

  private static double[] evaluate(BatchField field, double[] x, double s) {
    field.point().upload(x, x.length);
    field.evaluate(s);
    double[] derivative = new double[B * field.forwardColumns()];
    field.derivative().download(derivative, derivative.length);
    return derivative;
  }

  private static double[] row(double[] columnMajor, int record) {
    double[] row = new double[columnMajor.length / B];
    for (int column = 0; column < row.length; column++) {
      row[column] = columnMajor[column * B + record];
    }
    return row;
  }
}
