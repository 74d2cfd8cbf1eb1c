package io.lowtide.density.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VectorFieldTest {

  static Stream<Arguments> shapes() {
    List<Arguments> shapes = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      for (int contexts : new int[] {0, 3}) {
        for (List<Integer> hidden :
            List.of(List.of(5), List.of(64), List.of(64, 64), List.of(33, 70), List.of(7, 9, 12))) {
          shapes.add(Arguments.of(2, contexts, hidden, activation));
          shapes.add(Arguments.of(13, contexts, hidden, activation));
        }
      }
    }
    shapes.add(Arguments.of(1, 0, List.of(1, 1, 1, 1), Activation.TANH));
    return shapes.stream();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void shouldFollowTheFormulaOfTheField(
      int dimensions, int contexts, List<Integer> hidden, Activation activation) {
    FieldParameters parameters = RandomFields.of(dimensions, contexts, hidden, activation, 1);
    double[] context = gaussian(contexts, 2);
    double[] z = gaussian(dimensions + 1, 3);
    double[] actual = evaluate(new ScalarVectorField(parameters), context, 0.37, z);
    double[] expected = formula(parameters, context, 0.37, z);
    for (int i = 0; i < dimensions; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void shouldGiveTheTraceOfTheJacobian(
      int dimensions, int contexts, List<Integer> hidden, Activation activation) {
    FieldParameters parameters = RandomFields.of(dimensions, contexts, hidden, activation, 4);
    double[] context = gaussian(contexts, 5);
    double[] z = gaussian(dimensions + 1, 6);
    double trace = 0;
    double step = 1e-5;
    for (int i = 0; i < dimensions; i++) {
      double[] ahead = z.clone();
      double[] behind = z.clone();
      ahead[i] += step;
      behind[i] -= step;
      trace +=
          (formula(parameters, context, 0.6, ahead)[i]
                  - formula(parameters, context, 0.6, behind)[i])
              / (2 * step);
    }
    double[] actual = evaluate(new ScalarVectorField(parameters), context, 0.6, z);
    assertThat(actual[dimensions]).isCloseTo(trace, within(1e-8));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void shouldAgreeBetweenTheSimdAndTheScalarKernel(
      int dimensions, int contexts, List<Integer> hidden, Activation activation) {
    FieldParameters parameters = RandomFields.of(dimensions, contexts, hidden, activation, 7);
    double[] context = gaussian(contexts, 8);
    Random random = new Random(9);
    FieldEvaluator simd = new SimdVectorField(parameters).newEvaluator();
    FieldEvaluator scalar = new ScalarVectorField(parameters).newEvaluator();
    simd.setContext(context);
    scalar.setContext(context);
    double[] actual = new double[dimensions + 1];
    double[] expected = new double[dimensions + 1];
    for (int trial = 0; trial < 50; trial++) {
      double[] z = random.doubles(dimensions + 1, -4, 4).toArray();
      double s = random.nextDouble();
      simd.derivative(s, z, actual);
      scalar.derivative(s, z, expected);
      assertThat(actual).containsExactly(expected, within(2e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void shouldGiveTheSameVelocityWithoutTheTrace(
      int dimensions, int contexts, List<Integer> hidden, Activation activation) {
    FieldParameters parameters = RandomFields.of(dimensions, contexts, hidden, activation, 10);
    for (VectorField field :
        List.of(new ScalarVectorField(parameters), new SimdVectorField(parameters))) {
      double[] z = gaussian(dimensions + 1, 11);
      double[] expected = evaluate(field, gaussian(contexts, 12), 0.3, z);
      FieldEvaluator evaluator = field.newEvaluator();
      evaluator.setContext(gaussian(contexts, 12));
      double[] actual = new double[dimensions + 1];
      actual[dimensions] = expected[dimensions];
      evaluator.positionDerivative(0.3, z, actual);
      assertThat(actual).isEqualTo(expected);
    }
  }

  @Test
  void shouldOpenTheGatesAnewForAnotherContextAtTheSameTime() {
    FieldParameters parameters = RandomFields.of(2, 3, List.of(20, 20), Activation.TANH, 1);
    double[] z = gaussian(3, 2);
    FieldEvaluator reused = new SimdVectorField(parameters).newEvaluator();
    double[] derivative = new double[3];
    for (double[] context : List.of(gaussian(3, 3), gaussian(3, 4))) {
      reused.setContext(context);
      reused.derivative(0.5, z, derivative);
      assertThat(derivative).isEqualTo(evaluate(new SimdVectorField(parameters), context, 0.5, z));
    }
  }

  @Test
  void shouldNotTakeAnOverflowForASaturatedUnit() {
    FieldParameters parameters = RandomFields.of(3, 0, List.of(64, 64), Activation.TANH, 1);
    double[] beyondSinglePrecision = {1e300, -1e300, 0, 0};
    double[] derivative =
        evaluate(new SimdVectorField(parameters), new double[0], 0.5, beyondSinglePrecision);
    assertThat(derivative[0]).isNaN();
  }

  @Test
  void shouldStayFiniteFarFromTheData() {
    FieldParameters parameters = RandomFields.of(3, 0, List.of(64, 64), Activation.TANH, 1);
    double[] far = {1e30, -1e30, 1e12, 0};
    for (VectorField field :
        List.of(new ScalarVectorField(parameters), new SimdVectorField(parameters))) {
      assertThat(DoubleStream.of(evaluate(field, new double[0], 0.5, far)).boxed())
          .allMatch(Double::isFinite);
    }
  }

  @Test
  void shouldGiveTheSameBitsBeforeAndAfterCompilation() {
    FieldParameters parameters = RandomFields.of(8, 0, List.of(64, 64), Activation.TANH, 2);
    FieldEvaluator field = new SimdVectorField(parameters).newEvaluator();
    double[] z = gaussian(9, 3);
    double[] interpreted = new double[9];
    field.derivative(0.25, z, interpreted);
    double[] compiled = new double[9];
    for (int i = 0; i < 30_000; i++) {
      field.derivative(0.25, z, compiled);
      if (i % 1000 == 0) {
        assertThat(compiled).isEqualTo(interpreted);
      }
    }
    assertThat(compiled).isEqualTo(interpreted);
  }

  @Test
  void shouldNameAParameterThatIsNotFinite() {
    FieldShape shape = new FieldShape(2, 0, List.of(3), Activation.TANH);
    float[] values = new float[shape.parameterCount()];
    values[shape.layers().get(1).weights().offset() + 4] = Float.POSITIVE_INFINITY;
    assertThatThrownBy(() -> new FieldParameters(shape, values))
        .hasMessage("output.weights[4]: Infinity, expected a finite number");
    assertThatThrownBy(() -> new FieldParameters(shape, new float[3]))
        .hasMessage("parameters: 3 values, expected " + shape.parameterCount());
  }

  private static double[] evaluate(VectorField field, double[] context, double s, double[] z) {
    FieldEvaluator evaluator = field.newEvaluator();
    evaluator.setContext(context);
    double[] derivative = new double[z.length];
    evaluator.derivative(s, z, derivative);
    return derivative;
  }

  private static double[] gaussian(int length, long seed) {
    Random random = new Random(seed);
    return random.doubles(length).map(unused -> random.nextGaussian()).toArray();
  }

  /** The field as DESIGN states it, written without regard to speed. */
  private static double[] formula(
      FieldParameters parameters, double[] context, double s, double[] z) {
    double[] input = z;
    for (FieldLayer layer : parameters.shape().layers()) {
      float[] weights = parameters.tensor(layer.weights());
      double[] next = new double[layer.units()];
      for (int i = 0; i < next.length; i++) {
        double product = 0;
        for (int j = 0; j < layer.inputs(); j++) {
          product += weights[i * layer.inputs() + j] * input[j];
        }
        double bias =
            affine(
                parameters,
                layer.biasConstant(),
                layer.biasTime(),
                layer.biasContext(),
                i,
                s,
                context);
        if (layer.gateConstant().size() == 0) {
          next[i] = product + bias;
        } else {
          double gate =
              affine(
                  parameters,
                  layer.gateConstant(),
                  layer.gateTime(),
                  layer.gateContext(),
                  i,
                  s,
                  context);
          double a = 2 / (1 + Math.exp(-gate)) * product + bias;
          next[i] =
              parameters.shape().activation() == Activation.TANH
                  ? Math.tanh(a)
                  : Math.log(1 + Math.exp(a));
        }
      }
      input = next;
    }
    return input;
  }

  private static double affine(
      FieldParameters parameters,
      FieldTensor constant,
      FieldTensor time,
      FieldTensor contexts,
      int unit,
      double s,
      double[] context) {
    double value = parameters.tensor(constant)[unit] + parameters.tensor(time)[unit] * s;
    for (int k = 0; k < context.length; k++) {
      value += parameters.tensor(contexts)[unit * context.length + k] * context[k];
    }
    return value;
  }
}
