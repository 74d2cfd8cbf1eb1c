package io.lowtide.density.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FieldTapeTest {

  private static final double[] TIMES = {1, 0.63, 0.2};

  static Stream<Arguments> shapes() {
    List<Arguments> shapes = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      for (int contexts : new int[] {0, 3}) {
        for (List<Integer> hidden :
            List.of(List.of(5), List.of(64, 64), List.of(33, 70), List.of(7, 9, 12))) {
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
  void shouldRememberWhatTheFieldGives(
      int dimensions, int contexts, List<Integer> hidden, Activation activation) {
    FieldParameters parameters = RandomFields.of(dimensions, contexts, hidden, activation, 1);
    double[] context = gaussian(contexts, 2);
    double[] y = gaussian(dimensions + 1, 3);
    FieldEvaluator evaluator = new ScalarVectorField(parameters).newEvaluator();
    evaluator.setContext(context);
    FieldTape tape = new ScalarFieldTape(parameters, TIMES);
    tape.setContext(context);
    for (int place = 0; place < TIMES.length; place++) {
      double[] expected = new double[dimensions + 1];
      evaluator.derivative(TIMES[place], y, expected);
      double[] actual = new double[dimensions + 1];
      actual[dimensions] = tape.evaluate(place, y, actual);
      assertThat(actual).containsExactly(expected, within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void shouldPullBackTheDerivativesOfTheFieldAndOfItsTrace(
      int dimensions, int contexts, List<Integer> hidden, Activation activation) {
    FieldParameters parameters = RandomFields.of(dimensions, contexts, hidden, activation, 4);
    FieldTape tape = new ScalarFieldTape(parameters, TIMES);
    tape.setContext(gaussian(contexts, 5));
    double[] z = gaussian(dimensions, 6);
    double[] cotangent = gaussian(dimensions, 7);
    double[] gradient = new double[dimensions];
    for (int place = 0; place < TIMES.length; place++) {
      for (double traceCotangent : new double[] {0, -1.7}) {
        for (int i = 0; i < dimensions; i++) {
          double difference =
              (result(tape, place, moved(z, i, 1e-5), cotangent, traceCotangent)
                      - result(tape, place, moved(z, i, -1e-5), cotangent, traceCotangent))
                  / 2e-5;
          result(tape, place, z, cotangent, traceCotangent);
          tape.pullBack(place, cotangent, traceCotangent, gradient);
          assertThat(gradient[i]).isCloseTo(difference, within(1e-8));
        }
      }
    }
  }

  private static double result(
      FieldTape tape, int place, double[] z, double[] cotangent, double traceCotangent) {
    double[] f = new double[z.length];
    double sum = traceCotangent * tape.evaluate(place, z, f);
    for (int i = 0; i < z.length; i++) {
      sum += cotangent[i] * f[i];
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void shouldPushTangentsForward(
      int dimensions, int contexts, List<Integer> hidden, Activation activation) {
    FieldParameters parameters = RandomFields.of(dimensions, contexts, hidden, activation, 8);
    FieldTape tape = new ScalarFieldTape(parameters, TIMES);
    tape.setContext(gaussian(contexts, 9));
    double[] z = gaussian(dimensions, 10);
    double[] tangents = gaussian(dimensions * dimensions, 11);
    double[] products = new double[dimensions * dimensions];
    tape.evaluate(1, z, new double[dimensions]);
    tape.pushForward(1, tangents, products);
    for (int tangent = 0; tangent < dimensions; tangent++) {
      double[] ahead = z.clone();
      double[] behind = z.clone();
      for (int i = 0; i < dimensions; i++) {
        ahead[i] += 1e-5 * tangents[tangent * dimensions + i];
        behind[i] -= 1e-5 * tangents[tangent * dimensions + i];
      }
      double[] fAhead = new double[dimensions];
      double[] fBehind = new double[dimensions];
      FieldTape another = new ScalarFieldTape(parameters, TIMES);
      another.setContext(gaussian(contexts, 9));
      another.evaluate(1, ahead, fAhead);
      another.evaluate(1, behind, fBehind);
      for (int i = 0; i < dimensions; i++) {
        assertThat(products[tangent * dimensions + i])
            .isCloseTo((fAhead[i] - fBehind[i]) / 2e-5, within(1e-8));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void shouldAgreeBetweenTheSimdAndTheScalarKernel(
      int dimensions, int contexts, List<Integer> hidden, Activation activation) {
    FieldParameters parameters = RandomFields.of(dimensions, contexts, hidden, activation, 12);
    FieldTape simd = new SimdVectorField(parameters).newTape(TIMES);
    FieldTape scalar = new ScalarVectorField(parameters).newTape(TIMES);
    double[] context = gaussian(contexts, 13);
    simd.setContext(context);
    scalar.setContext(context);
    double[] z = gaussian(dimensions, 14);
    double[] cotangent = gaussian(dimensions, 15);
    double[] tangents = gaussian(dimensions * dimensions, 16);
    for (int place = 0; place < TIMES.length; place++) {
      double[][] gradients = new double[2][dimensions];
      double[][] products = new double[2][dimensions * dimensions];
      double[][] values = new double[2][dimensions + 1];
      FieldTape[] tapes = {simd, scalar};
      for (int kernel = 0; kernel < 2; kernel++) {
        values[kernel][dimensions] = tapes[kernel].evaluate(place, z, values[kernel]);
        tapes[kernel].pullBack(place, cotangent, 0.8, gradients[kernel]);
        tapes[kernel].pushForward(place, tangents, products[kernel]);
      }
      assertThat(values[0]).containsExactly(values[1], within(2e-5));
      assertThat(gradients[0]).containsExactly(gradients[1], within(1e-4));
      assertThat(products[0]).containsExactly(products[1], within(1e-4));
    }
  }

  /** What is derived from a record far out is large, and single precision has less room. */
  @Test
  void shouldPullBackCotangentsBeyondSinglePrecision() {
    FieldParameters parameters = RandomFields.of(3, 0, List.of(16, 16), Activation.TANH, 17);
    FieldTape tape = new SimdVectorField(parameters).newTape(TIMES);
    double[] z = {0.3, -0.2, 0.9};
    tape.evaluate(0, z, new double[3]);
    double[] small = new double[3];
    double[] large = new double[3];
    tape.pullBack(0, new double[] {1, -2, 0.5}, 0, small);
    tape.pullBack(0, new double[] {1e60, -2e60, 0.5e60}, 0, large);
    for (int i = 0; i < 3; i++) {
      assertThat(large[i] / 1e60).isCloseTo(small[i], within(1e-6));
    }
    tape.pullBack(0, new double[] {Double.NaN, 0, 0}, 0, large);
    assertThat(large).containsOnly(Double.NaN);
    tape.pullBack(0, new double[3], 0, large);
    assertThat(large).containsOnly(0);
  }

  private static double[] moved(double[] z, int dimension, double by) {
    double[] moved = z.clone();
    moved[dimension] += by;
    return moved;
  }

  private static double[] gaussian(int length, long seed) {
    Random random = new Random(seed);
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextGaussian();
    }
    return values;
  }
}
