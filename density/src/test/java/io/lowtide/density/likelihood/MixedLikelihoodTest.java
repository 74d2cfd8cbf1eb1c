package io.lowtide.density.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.MixedFeatures;
import io.lowtide.density.bundle.BundleAssembler;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowIntegrator;
import io.lowtide.density.flow.PartialFlow;
import org.junit.jupiter.api.Test;

class MixedLikelihoodTest {

  private static final double MISSING = Double.NaN;

  /** Encoded values from -REACH to REACH carry all but 1e-9 of the mass. */
  private static final double REACH = 9;

  private static final int CELLS = 180;

  private final BundleAssembler assembler = MixedFeatures.assembler();
  private final FeatureEncoder encoder = assembler.encoder();
  private final ValueScorer scorer = assembler.newScorer();

  @Test
  void shouldSumToOneOverCategoriesAndMissingValuesAndIntegrateToOneOverNumbers() {
    double total = 0;
    for (double colour : new double[] {0, 1, -1, MISSING}) {
      total += integralOverBoth(colour) + integralOverAmount(colour);
    }
    assertThat(total).isCloseTo(1, within(1e-4));
  }

  /** The integrals over amount and delay are taken in encoded units, times their scales. */
  private double integralOverBoth(double colour) {
    double sum = 0;
    for (int i = 0; i < CELLS; i++) {
      for (int j = 0; j < CELLS; j++) {
        sum += mass(colour, centre(i), centre(j));
      }
    }
    return sum * cell() * cell();
  }

  private double integralOverAmount(double colour) {
    double sum = 0;
    for (int i = 0; i < CELLS; i++) {
      sum += mass(colour, centre(i), MISSING);
    }
    return sum * cell();
  }

  /** Density of a record per unit of the encoded values: that of the record times |dx/du|. */
  private double mass(double colour, double amount, double delay) {
    double[] values = record(0, delay, colour);
    double[] context = new double[encoder.contextDimensions()];
    encoder.encodeContext(values, context);
    double[] decoded = new double[2];
    encoder.decode(new double[] {amount, delay}, context, decoded);
    values[0] = decoded[0];
    values[1] = decoded[1];
    double logSlope = -encoder.encode(values, context, new double[2]);
    scorer.score(values);
    return Math.exp(scorer.logLikelihood() + logSlope);
  }

  private static double cell() {
    return 2 * REACH / CELLS;
  }

  private static double centre(int index) {
    return -REACH + (index + 0.5) * cell();
  }

  private static double[] record(double amount, double delay, double colour) {
    return new double[] {amount, delay, colour, 30_000, 1, 2.5, MISSING};
  }

  @Test
  void shouldGiveTheDensityOfThePresentValuesByTheChangeOfVariables() {
    FieldParameters parameters = MixedFeatures.field();
    double[] context = new double[encoder.contextDimensions()];
    encoder.encodeContext(record(1, MISSING, 0), context);
    PartialFlow partial = Flow.reference(parameters).newPartialFlow();
    partial.setContext(context);
    partial.score(new double[] {0.7, MISSING});

    // Another field: the second component is held at 0 because nothing moves it.
    FlowIntegrator one = Flow.reference(parameters.restrictedTo(new int[] {0})).newIntegrator();
    one.setContext(context);
    double[] base = new double[1];
    double step = 1e-5;
    one.score(new double[] {0.7 + step});
    one.copyPosition(base);
    double ahead = base[0];
    one.score(new double[] {0.7 - step});
    one.copyPosition(base);
    double slope = (ahead - base[0]) / (2 * step);
    one.score(new double[] {0.7});
    one.copyPosition(base);
    double expected =
        -0.5 * base[0] * base[0] - 0.5 * Math.log(2 * Math.PI) + Math.log(Math.abs(slope));
    assertThat(partial.logDensity()).isCloseTo(expected, within(1e-8));
  }

  @Test
  void shouldRestrictTheFieldToTheKeptComponents() {
    FieldParameters parameters = MixedFeatures.field();
    double[] context = new double[encoder.contextDimensions()];
    context[2] = 0.3;
    double[] whole = new double[3];
    double[] kept = new double[2];
    var field = Flow.reference(parameters).field();
    var evaluator = field.newEvaluator();
    evaluator.setContext(context);
    var restricted = field.restrictedTo(new int[] {1}).newEvaluator();
    restricted.setContext(context);
    double step = 1e-6;
    double[] ahead = new double[3];
    evaluator.derivative(0.4, new double[] {0, 1.1 + step, 0}, ahead);
    evaluator.derivative(0.4, new double[] {0, 1.1 - step, 0}, whole);
    double slope = (ahead[1] - whole[1]) / (2 * step);
    evaluator.derivative(0.4, new double[] {0, 1.1, 0}, whole);
    restricted.derivative(0.4, new double[] {1.1, 0}, kept);
    assertThat(kept[0]).isCloseTo(whole[1], within(1e-12));
    assertThat(kept[1]).isCloseTo(slope, within(1e-8));
  }

  @Test
  void shouldHaveALikelihoodWithoutAnyContinuousValue() {
    PartialFlow partial = Flow.reference(MixedFeatures.field()).newPartialFlow();
    partial.setContext(new double[encoder.contextDimensions()]);
    partial.score(new double[] {MISSING, MISSING});
    assertThat(partial.logDensity()).isZero();
    assertThat(partial.evaluations()).isZero();
  }

  @Test
  void shouldRankAMissingValueByWhatItWouldHaveAdded() {
    scorer.score(record(2, MISSING, 0));
    assertThat(scorer.conformityScore() - scorer.logLikelihood()).isCloseTo(-2.1, within(1e-12));
    scorer.score(record(2, 3, 0));
    assertThat(scorer.conformityScore()).isEqualTo(scorer.logLikelihood());
  }

  @Test
  void shouldKeepRestrictionsApartThatAreUsedInTurn() {
    double[] whole = record(2, 3, 0);
    double[] partial = record(2, MISSING, 1);
    scorer.score(whole);
    double ofWhole = scorer.logLikelihood();
    scorer.score(partial);
    double ofPartial = scorer.logLikelihood();
    scorer.score(whole);
    assertThat(scorer.logLikelihood()).isEqualTo(ofWhole);
    scorer.score(partial);
    assertThat(scorer.logLikelihood()).isEqualTo(ofPartial);
  }
}
