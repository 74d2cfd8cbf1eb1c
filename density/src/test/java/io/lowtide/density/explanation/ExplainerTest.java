package io.lowtide.density.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.MixedFeatures;
import io.lowtide.density.RandomFields;
import io.lowtide.density.TestBundles;
import io.lowtide.density.bundle.BundleAssembler;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.ExplanationKind;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.UnusualPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExplainerTest {

  /** Relative to the log-likelihood: what rounding leaves. */
  private static final double COMPLETENESS = 1e-9;

  private static final ModelBundle NUMBERS = TestBundles.bundle();
  private static final ModelBundle MIXED = MixedFeatures.bundle();

  static Stream<ModelBundle> bundlesOfNumbers() {
    return Stream.of(NUMBERS, TestBundles.mixtureBundle(), TestBundles.kernelBundle());
  }

  @ParameterizedTest
  @MethodSource("bundlesOfNumbers")
  void shouldSumToTheDifferenceToTheNearestNormalRecord(ModelBundle bundle) {
    ValueScorer scorer = new ValueScorer(bundle.encoder(), bundle.flow());
    Explainer explainer = new Explainer(bundle);
    Random random = new Random(1);
    for (int repetition = 0; repetition < 300; repetition++) {
      double spread = repetition < 250 ? 4 : 1e6;
      double[] values = {
        60 + 5 * spread * random.nextGaussian(),
        10 + 3 * spread * random.nextGaussian(),
        6.4 * Math.exp(0.3 * Math.min(spread, 40) * random.nextGaussian()),
        repetition % 5 == 0 ? 8 : 7
      };
      assertThat(scorer.score(values)).isEqualTo(SolveStatus.COMPLETED);
      double logLikelihood = scorer.logLikelihood();
      Explanation explanation = explainer.explain(values, logLikelihood, i -> Optional.empty());
      assertComplete(explanation, logLikelihood);

      double[] normal = {0, 0, 0, 7};
      for (FieldContribution contribution : explanation.contributions()) {
        normal[indexOf(contribution.getField())] = contribution.getNormalValue();
      }
      assertThat(scorer.score(normal)).isEqualTo(SolveStatus.COMPLETED);
      assertThat(explanation.normalLogLikelihood()).isCloseTo(scorer.logLikelihood(), within(1e-3));
    }
  }

  @Test
  void shouldSumToTheDifferenceAmongKernelsWhereAValueIsMissing() {
    ModelBundle bundle = TestBundles.optionalKernelBundle();
    ValueScorer scorer = new ValueScorer(bundle.encoder(), bundle.flow());
    Explainer explainer = new Explainer(bundle);
    Random random = new Random(9);
    for (int repetition = 0; repetition < 200; repetition++) {
      double[] values = {
        60 + 15 * random.nextGaussian(),
        repetition % 2 == 0 ? Double.NaN : 10 + 9 * random.nextGaussian(),
        6.4 * Math.exp(random.nextGaussian()),
        7
      };
      assertThat(scorer.score(values)).isEqualTo(SolveStatus.COMPLETED);
      double logLikelihood = scorer.logLikelihood();
      Explanation explanation = explainer.explain(values, logLikelihood, i -> Optional.empty());
      assertComplete(explanation, logLikelihood);
      assertComplete(
          explainer.explainBriefly(values, logLikelihood, i -> Optional.empty()), logLikelihood);

      double[] normal = values.clone();
      for (FieldContribution contribution : explanation.contributions()) {
        if (contribution.getValue() != null) {
          normal[indexOf(contribution.getField())] = contribution.getNormalValue();
        }
      }
      assertThat(scorer.score(normal)).isEqualTo(SolveStatus.COMPLETED);
      assertThat(explanation.normalLogLikelihood()).isCloseTo(scorer.logLikelihood(), within(1e-3));
    }
  }

  private static int indexOf(String field) {
    return List.of("temperature", "machine.current", "pressure", "line").indexOf(field);
  }

  private static void assertComplete(Explanation explanation, double logLikelihood) {
    double sum =
        explanation.normalLogLikelihood()
            + explanation.contributions().stream()
                .mapToDouble(FieldContribution::getContribution)
                .sum();
    assertThat(sum)
        .isCloseTo(logLikelihood, within(COMPLETENESS * Math.max(1, Math.abs(logLikelihood))));
  }

  /** Missing values, rare and unknown categories, under contexts of every kind. */
  @Test
  void shouldSumToTheDifferenceForMixedRecords() {
    ValueScorer scorer = new ValueScorer(MIXED.encoder(), MIXED.flow());
    Explainer explainer = new Explainer(MIXED);
    Random random = new Random(2);
    for (int repetition = 0; repetition < 300; repetition++) {
      double[] values = {
        2 + 6 * random.nextGaussian(),
        repetition % 4 == 0 ? Double.NaN : 3 + 8 * random.nextGaussian(),
        random.nextInt(4) - 1,
        random.nextInt(86_400),
        random.nextInt(3) - 1,
        repetition % 7 == 0 ? Double.NaN : 2 + random.nextGaussian(),
        2 + random.nextGaussian()
      };
      values[2] = values[2] == 2 ? Double.NaN : values[2];
      scorer.score(values);
      double logLikelihood = scorer.logLikelihood();
      Explanation full = explainer.explain(values, logLikelihood, i -> Optional.of("red"));
      assertComplete(full, logLikelihood);
      assertComplete(
          explainer.explainBriefly(values, logLikelihood, i -> Optional.of("red")), logLikelihood);
      assertThat(full.contributions())
          .filteredOn(contribution -> contribution.getField().equals("delay"))
          .singleElement()
          .extracting(FieldContribution::getText)
          .isEqualTo(Double.isNaN(values[1]) ? ContextDescription.MISSING : null);
    }
  }

  @Test
  void shouldNameTheOneFieldThatIsUnusual() {
    ValueScorer scorer = new ValueScorer(NUMBERS.encoder(), NUMBERS.flow());
    Explainer explainer = new Explainer(NUMBERS);
    int alone = 0;
    int withinRange = 0;
    List<double[]> records = normalRecords(100, 5);
    for (double[] values : records) {
      double before = values[0];
      values[0] += 60;
      scorer.score(values);
      Explanation explanation =
          explainer.explain(values, scorer.logLikelihood(), i -> Optional.empty());
      FieldContribution first = explanation.contributions().get(0);
      assertThat(first.getField()).isEqualTo("temperature");
      assertThat(first.getExpectedHigh()).isLessThan(values[0]);
      if (explanation.pattern().orElseThrow() == UnusualPattern.FIELD) {
        alone++;
        withinRange +=
            first.getExpectedLow() <= before && before <= first.getExpectedHigh() ? 1 : 0;
        assertThat(explanation.contributions().subList(1, 3))
            .allSatisfy(other -> assertThat(other.getContribution()).isZero())
            .allSatisfy(other -> assertThat(other.getNormalValue()).isEqualTo(other.getValue()));
      }
    }
    // Some are odd elsewhere, too, and a normal value in ten is outside of its range.
    assertThat(alone).isGreaterThan(60);
    assertThat((double) withinRange / alone).isGreaterThan(0.75);
  }

  @Test
  void shouldSayThatTheWholeIsUnusual() {
    ValueScorer scorer = new ValueScorer(NUMBERS.encoder(), NUMBERS.flow());
    double[] values = {120, 500, 200, 7};
    scorer.score(values);
    Explanation explanation =
        new Explainer(NUMBERS).explain(values, scorer.logLikelihood(), i -> Optional.empty());
    assertThat(explanation.pattern()).contains(UnusualPattern.JOINT);
  }

  @Test
  void shouldCoverAsManyNormalRecordsAsItSays() {
    Explainer explainer = new Explainer(NUMBERS);
    ValueScorer scorer = new ValueScorer(NUMBERS.encoder(), NUMBERS.flow());
    List<double[]> fresh = normalRecords(2_000, 77);
    int[] covered = new int[3];
    for (double[] values : fresh) {
      scorer.score(values);
      Explanation explanation =
          explainer.explain(values, scorer.logLikelihood(), i -> Optional.empty());
      assertThat(explanation.rangeCoverage()).hasValue(RangeCalibration.COVERAGE);
      for (FieldContribution contribution : explanation.contributions()) {
        boolean within =
            contribution.getValue() >= contribution.getExpectedLow()
                && contribution.getValue() <= contribution.getExpectedHigh();
        covered[indexOf(contribution.getField())] += within ? 1 : 0;
      }
    }
    for (int field = 0; field < 3; field++) {
      // Four deviations, of the share over fresh records and of the quantile over 999 others.
      double deviation = Math.sqrt(0.9 * 0.1 * (1.0 / fresh.size() + 1.0 / 999));
      assertThat((double) covered[field] / fresh.size())
          .isCloseTo(RangeCalibration.COVERAGE, within(4 * deviation));
    }
  }

  /** Working arrays are kept from one record to the next; what they held must not be seen. */
  @Test
  void shouldExplainARecordTheSameWhateverWasExplainedBefore() {
    ValueScorer scorer = new ValueScorer(MIXED.encoder(), MIXED.flow());
    Random random = new Random(9);
    List<double[]> records = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      records.add(
          new double[] {
            i % 9 == 0 ? 40 : 2 + 5 * random.nextGaussian(),
            i % 3 == 0 ? Double.NaN : 3 + 6 * random.nextGaussian(),
            random.nextInt(2),
            random.nextInt(86_400),
            random.nextInt(2),
            2 + random.nextGaussian(),
            2 + random.nextGaussian()
          });
    }
    Explainer reused = new Explainer(MIXED);
    for (double[] values : records) {
      scorer.score(values);
      assertThat(reused.explain(values, scorer.logLikelihood(), i -> Optional.empty()))
          .isEqualTo(
              new Explainer(MIXED).explain(values, scorer.logLikelihood(), i -> Optional.empty()));
    }
  }

  @Test
  void shouldMarkABriefExplanation() {
    ValueScorer scorer = new ValueScorer(NUMBERS.encoder(), NUMBERS.flow());
    double[] values = normalRecords(1, 5).get(0);
    values[0] += 80;
    scorer.score(values);
    Explanation brief =
        new Explainer(NUMBERS)
            .explainBriefly(values, scorer.logLikelihood(), i -> Optional.empty());
    assertThat(brief.kind()).isEqualTo(ExplanationKind.BRIEF);
    assertThat(brief.pattern()).isEmpty();
    assertThat(brief.rangeCoverage()).isEmpty();
    assertThat(brief.contributions().get(0).getField()).isEqualTo("temperature");
    assertThat(brief.contributions())
        .allSatisfy(
            contribution -> {
              assertThat(contribution.getNormalValue()).isNull();
              assertThat(contribution.getExpectedLow()).isNull();
            });
    assertComplete(brief, scorer.logLikelihood());
  }

  private static List<double[]> normalRecords(int count, long seed) {
    FieldParameters field = RandomFields.of(3, 0, List.of(16, 16), Activation.TANH, 5);
    SolverSettings solver = SolverSettings.dormandPrince(1e-5);
    return TestBundles.draw(
        new BundleAssembler(TestBundles.features(), field, solver), field, solver, count, seed);
  }
}
