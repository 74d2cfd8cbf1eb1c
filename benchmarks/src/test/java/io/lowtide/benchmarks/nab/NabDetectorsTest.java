package io.lowtide.benchmarks.nab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NabDetectorsTest {

  private static final int SPIKE = 700;

  static Stream<NabDetector> detectors() {
    return Stream.of(new RandomCutForestNabDetector(1), new WindowedGaussianNabDetector());
  }

  @ParameterizedTest
  @MethodSource("detectors")
  void shouldScoreASpikeHighestAndTheProbationZero(NabDetector detector) {
    NabSet set = noiseWithASpike(1000);
    double[] scores = detector.anomalyScores(set);
    assertThat(scores).hasSize(1000);
    assertThat(Arrays.copyOf(scores, 150)).containsOnly(0);
    assertThat(Arrays.stream(scores).max()).hasValue(scores[SPIKE]);
    assertThat(Arrays.copyOfRange(scores, 150, 1000)).doesNotContain(0, Double.NaN);
  }

  @ParameterizedTest
  @MethodSource("detectors")
  void shouldNotLookAhead(NabDetector detector) {
    NabSet whole = noiseWithASpike(1000);
    NabSet part = NabSets.of("part", Arrays.copyOf(whole.values(), 800));
    int probation = Math.max(whole.probationRows(), part.probationRows());
    assertThat(Arrays.copyOfRange(detector.anomalyScores(whole), probation, 800))
        .containsExactly(Arrays.copyOfRange(detector.anomalyScores(part), probation, 800));
  }

  @Test
  void shouldScoreASpikeHighestByTheValuesBeforeIt() {
    NabSet set = noiseWithASpike(1000);
    Map<String, String> small =
        Map.of("hidden.units", "8", "iterations", "40", "budget", "0.2", "calibration.folds", "2");
    double[] scores = new LowtideNabDetector(small, 1, 1).anomalyScores(set);
    assertThat(Arrays.copyOf(scores, 150)).containsOnly(0);
    assertThat(Arrays.stream(scores).max()).hasValue(scores[SPIKE]);
    assertThat(scores).doesNotContain(Double.NaN);
  }

  /** Mean and deviation recomputed for each row, in the order of NAB's windowedGaussian. */
  @Test
  void shouldMoveTheWindowByAHundredRows() {
    double[] values = new Random(2).doubles(6800).map(x -> 50 + x * x).toArray();
    double[] scores = new WindowedGaussianNabDetector().anomalyScores(NabSets.of("w", values));
    assertThat(scores[760]).isCloseTo(deviations(values, 760, 0, 760), within(1e-9));
    assertThat(scores[6399]).isCloseTo(deviations(values, 6399, 0, 6399), within(1e-9));
    assertThat(scores[6499]).isCloseTo(deviations(values, 6499, 0, 6400), within(1e-9));
    assertThat(scores[6500]).isCloseTo(deviations(values, 6500, 100, 6500), within(1e-9));
    assertThat(scores[6799]).isCloseTo(deviations(values, 6799, 300, 6700), within(1e-9));
  }

  @Test
  void shouldScoreAChangeAfterAConstantFiniteAndHigh() {
    double[] values = new double[200];
    Arrays.fill(values, 12.3);
    values[150] = 12.4;
    double[] scores = new WindowedGaussianNabDetector().anomalyScores(NabSets.of("c", values));
    assertThat(scores[149]).isZero();
    assertThat(scores[150]).isCloseTo(1e5, within(1.0));
  }

  private static double deviations(double[] values, int row, int from, int to) {
    double[] before = Arrays.copyOfRange(values, from, to);
    double mean = Arrays.stream(before).average().orElseThrow();
    double variance =
        Arrays.stream(before).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    return Math.abs(values[row] - mean) / Math.sqrt(variance);
  }

  private static NabSet noiseWithASpike(int rows) {
    double[] values = new Random(1).doubles(rows).map(x -> 20 + x).toArray();
    values[SPIKE] = 30;
    return NabSets.of("noise", values, new NabWindow(SPIKE - 10, SPIKE + 10));
  }
}
