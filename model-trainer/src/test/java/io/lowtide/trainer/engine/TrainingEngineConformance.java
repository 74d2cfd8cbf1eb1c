package io.lowtide.trainer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.RandomMixtures;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldEvaluator;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.ScalarVectorField;
import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.BaseEvaluator;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowIntegrator;
import io.lowtide.density.flow.FlowParameters;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.PartialFlow;
import io.lowtide.density.flow.StandardNormal;
import io.lowtide.density.ode.SolveStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.hipparchus.ode.ExpandableODE;
import org.hipparchus.ode.ODEState;
import org.hipparchus.ode.OrdinaryDifferentialEquation;
import org.hipparchus.ode.nonstiff.DormandPrince853Integrator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every training engine must do; a test class of the engine extends it. Gradients are held to
 * central finite differences of the loss in double precision, log-densities to those of the scorer,
 * penalties to another integrator.
 */
public abstract class TrainingEngineConformance {

  private static final SolverOptions TIGHT = SolverOptions.of(1e-10, ErrorNorm.EVERY_RECORD);

  /** Of solves in single precision. */
  private static final double SINGLE_TOLERANCE = 1e-5;

  /** By component: all four records have the first, and lack one, both or none of the others. */
  private static final double[] PRESENT = {1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1};

  private static final int[] OPTIONAL = {1, 2};

  private static final GaussianMixture MIXTURE = RandomMixtures.of(3, 3, 2);

  /** The engine to be held to it. */
  protected abstract TrainingEngine engine();

  @Test
  void shouldSayWhatItIsAndHowManyFitsGoSideBySide() {
    assertThat(engine().description()).isNotBlank();
    assertThat(engine().concurrentFits()).isPositive();
  }

  static List<FieldCase> cases() {
    return FieldCase.small();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldAgreeWithCentralFiniteDifferencesAlongRandomDirections(FieldCase fieldCase) {
    requireGradient(fieldCase, fieldCase.problem(TIGHT), fieldCase.batch());
  }

  static List<FieldCase> casesOfOtherSizes() {
    FlowObjective penalised =
        new FlowObjective(TraceMode.EXACT, ProbeDistribution.RADEMACHER, 0.05, 0.03);
    List<FieldCase> cases = new ArrayList<>();
    for (FieldShape shape :
        List.of(
            new FieldShape(1, 0, List.of(1), Activation.TANH),
            new FieldShape(1, 1, List.of(2, 9), Activation.TANH),
            new FieldShape(7, 0, List.of(64, 64), Activation.TANH),
            new FieldShape(5, 3, List.of(3, 33), Activation.SOFTPLUS),
            new FieldShape(2, 0, List.of(6, 5, 4, 3), Activation.TANH))) {
      // Of the order of what training starts with, so that every width is as easy to integrate.
      double deviation = 1 / Math.sqrt(shape.hiddenUnits().get(0) + shape.dimensions());
      cases.add(FieldCase.of(shape, penalised, 5, deviation));
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("casesOfOtherSizes")
  void shouldAgreeWithCentralFiniteDifferencesForOtherDepthsAndWidths(FieldCase fieldCase) {
    requireGradient(fieldCase, fieldCase.problem(TIGHT), fieldCase.batch());
  }

  @Test
  void shouldAgreeWithCentralFiniteDifferencesWhereShardsAreOfDifferentSize() {
    for (FieldCase fieldCase : casesOfOtherSizes()) {
      requireGradient(fieldCase, fieldCase.problem(TIGHT).withShards(2), fieldCase.batch());
    }
  }

  static List<FieldCase> casesWithEveryTensor() {
    return cases().stream()
        .filter(fieldCase -> fieldCase.shape().hiddenLayers() == 2)
        .filter(fieldCase -> fieldCase.shape().activation() == Activation.TANH)
        .filter(fieldCase -> fieldCase.objective().kineticPenalty() > 0)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("casesWithEveryTensor")
  void shouldAgreeWithCentralFiniteDifferencesInEveryComponent(FieldCase fieldCase) {
    double[] found = new double[fieldCase.parameters().length];
    try (BatchGradient gradient = prepared(fieldCase, fieldCase.problem(TIGHT))) {
      gradient.lossAndGradient(fieldCase.batch(), found);
      for (int i = 0; i < found.length; i++) {
        double[] direction = new double[found.length];
        direction[i] = 1;
        assertThat(found[i])
            .as("component " + i)
            .isCloseTo(slope(gradient, fieldCase, fieldCase.batch(), direction), within(1e-6));
      }
    }
  }

  static List<FieldCase> casesWithMissingComponents() {
    return cases().stream()
        .filter(fieldCase -> fieldCase.shape().activation() == Activation.TANH)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("casesWithMissingComponents")
  void shouldAgreeWithCentralFiniteDifferencesWhereComponentsAreMissing(FieldCase fieldCase) {
    requireGradient(
        fieldCase, fieldCase.problem(TIGHT).withOptional(OPTIONAL), fieldCase.batch(PRESENT));
  }

  @Test
  void shouldAgreeWithCentralFiniteDifferencesWhereManyComponentsMayBeMissing() {
    int d = 7;
    int records = 3;
    FieldCase fieldCase =
        FieldCase.of(
            new FieldShape(d, 2, List.of(6, 5), Activation.TANH),
            new FlowObjective(TraceMode.EXACT, ProbeDistribution.RADEMACHER, 0.1, 0.05),
            records,
            0.4);
    Random random = new Random(4);
    double[] present = new double[d * records];
    Arrays.setAll(present, i -> i < records || random.nextBoolean() ? 1 : 0);

    requireGradient(
        fieldCase,
        fieldCase.problem(TIGHT).withOptional(1, 2, 3, 4, 5, 6),
        fieldCase.batch(present));
  }

  @ParameterizedTest
  @MethodSource("casesWithEveryTensor")
  void shouldAgreeWithCentralFiniteDifferencesOnAFineGridOrStayAdaptive(FieldCase fieldCase) {
    BatchProblem problem = fieldCase.problem(TIGHT).withShards(2);
    try (BatchGradient gradient = prepared(fieldCase, problem)) {
      double adaptive = gradient.loss(fieldCase.batch()).loss();
      boolean onGrid = gradient.integrateOnGrid(200);
      double loss = gradient.loss(fieldCase.batch()).loss();
      assertThat(loss).isCloseTo(adaptive, within(onGrid ? 1e-6 : 0));
      if (onGrid) {
        assertThat(loss).isNotEqualTo(adaptive);
        requireGradient(gradient, fieldCase, fieldCase.batch());
      }
    }
  }

  static List<FieldCase> casesFromAMixture() {
    return cases().stream()
        .filter(fieldCase -> fieldCase.shape().activation() == Activation.TANH)
        .filter(fieldCase -> fieldCase.objective().kineticPenalty() > 0)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("casesFromAMixture")
  void shouldAgreeWithCentralFiniteDifferencesFromAMixture(FieldCase fieldCase) {
    BatchProblem problem = fieldCase.problem(TIGHT).withBase(MIXTURE);
    requireGradient(fieldCase, problem, fieldCase.batch());
    requireGradient(fieldCase, problem.withOptional(OPTIONAL), fieldCase.batch(PRESENT));
  }

  @Test
  void shouldAgreeWithCentralFiniteDifferencesFromAMixtureOfOtherSizes() {
    for (FieldCase fieldCase : casesOfOtherSizes()) {
      GaussianMixture mixture = RandomMixtures.of(fieldCase.shape().dimensions(), 5, 3);
      requireGradient(
          fieldCase, fieldCase.problem(TIGHT).withShards(2).withBase(mixture), fieldCase.batch());
    }
  }

  private void requireGradient(FieldCase fieldCase, BatchProblem problem, Batch batch) {
    try (BatchGradient gradient = prepared(fieldCase, problem)) {
      requireGradient(gradient, fieldCase, batch);
    }
  }

  private static void requireGradient(BatchGradient gradient, FieldCase fieldCase, Batch batch) {
    double[] found = new double[fieldCase.parameters().length];
    gradient.lossAndGradient(batch, found);
    Random random = new Random(3);
    for (int trial = 0; trial < 4; trial++) {
      double[] direction = random.doubles(found.length, -1, 1).toArray();
      double slope = slope(gradient, fieldCase, batch, direction);
      assertThat(dot(found, direction)).isCloseTo(slope, within(1e-5 * Math.abs(slope)));
    }
    fieldCase.prepare(gradient);
  }

  private BatchGradient prepared(FieldCase fieldCase, BatchProblem problem) {
    BatchGradient gradient = engine().newGradient(problem.inDoublePrecision());
    fieldCase.prepare(gradient);
    return gradient;
  }

  /** Central difference of the loss. */
  private static double slope(
      BatchGradient gradient, FieldCase fieldCase, Batch batch, double[] direction) {
    double step = 1e-5;
    gradient.setParameters(fieldCase.moved(direction, step));
    double above = gradient.loss(batch).loss();
    gradient.setParameters(fieldCase.moved(direction, -step));
    double below = gradient.loss(batch).loss();
    return (above - below) / (2 * step);
  }

  private static double dot(double[] left, double[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }

  static List<FieldCase> exactCasesWithMissingComponents() {
    return casesWithMissingComponents().stream()
        .filter(fieldCase -> fieldCase.objective().trace() == TraceMode.EXACT)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("exactCasesWithMissingComponents")
  void shouldGiveTheLogDensityOfTheScorersRestrictedFlow(FieldCase fieldCase) {
    double[] logDensities = new double[fieldCase.records()];
    double[] x = fieldCase.x().clone();
    for (int i = 0; i < x.length; i++) {
      x[i] = PRESENT[i] == 1 ? x[i] : Double.NaN;
    }
    for (BaseDensity base : List.of(new StandardNormal(3), MIXTURE)) {
      try (BatchGradient gradient =
          prepared(fieldCase, fieldCase.problem(TIGHT).withOptional(OPTIONAL).withBase(base))) {
        gradient.loss(fieldCase.batch(PRESENT));
        gradient.copyLogDensities(logDensities);
      }
      requireLogDensities(fieldCase, base, x, logDensities, 1e-6);
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void shouldGiveTheScorersLogDensityInSinglePrecision(Activation activation) {
    for (FieldShape shape :
        List.of(
            new FieldShape(8, 0, List.of(32, 24), activation),
            new FieldShape(1, 0, List.of(16), activation),
            new FieldShape(3, 4, List.of(20, 20), activation),
            new FieldShape(21, 0, List.of(64, 64), activation),
            new FieldShape(2, 1, List.of(12, 8, 6), activation))) {
      FieldCase fieldCase = FieldCase.of(shape, FlowObjective.exactLikelihood(), 37, 0.2);
      double[] logDensities = new double[fieldCase.records()];
      SolverOptions options = SolverOptions.of(SINGLE_TOLERANCE, ErrorNorm.EVERY_RECORD);
      for (BaseDensity base :
          List.of(
              new StandardNormal(shape.dimensions()),
              RandomMixtures.of(shape.dimensions(), 4, 5))) {
        try (BatchGradient gradient =
            engine().newGradient(fieldCase.problem(options).withShards(2).withBase(base))) {
          fieldCase.prepare(gradient);
          gradient.loss(fieldCase.batch());
          gradient.copyLogDensities(logDensities);
        }
        requireLogDensitiesOfSinglePrecision(fieldCase, base, logDensities);
      }
    }
  }

  /**
   * Holds each record to what the tolerance and the rounding of floats allow, to first order: they
   * leave every component of the state with an error of (tolerance + n u) (1 + |z_i|), n terms in
   * the longest sum of products and u half a unit in the last place of 1 (Higham 2002, Accuracy and
   * stability of numerical algorithms, section 3.1), and log p = log p_0(z(0)) + l with sqrt(sum of
   * (slope_i (1 + |z_i|))^2) times that, for errors that know nothing of the slope of log p_0, plus
   * 1 + |l| times that. The slope is what counts: it is 21 at a record of log p = -101, whose bound
   * is 1.4e-3 nats, and below 1 at the likely ones of the smallest fields, whose bound is 1.2e-5.
   * Engines keep to a fifth of it; weights of 11 bits, as tensor cores round them, exceed it in
   * every case, twofold to thirtyfold.
   */
  private static void requireLogDensitiesOfSinglePrecision(
      FieldCase fieldCase, BaseDensity base, double[] logDensities) {
    FieldShape shape = fieldCase.shape();
    int terms =
        Math.max(
            shape.dimensions(),
            shape.hiddenUnits().stream().mapToInt(Integer::intValue).max().orElseThrow());
    double unit = SINGLE_TOLERANCE + terms * Math.ulp(1f) / 2;
    FlowIntegrator scorer =
        Flow.reference(new FlowParameters(fieldCase.fieldParameters(), base)).newIntegrator();
    BaseEvaluator evaluator = base.newEvaluator();
    double[] z = new double[shape.dimensions()];
    double[] slope = new double[shape.dimensions()];
    for (int record = 0; record < logDensities.length; record++) {
      scorer.setContext(fieldCase.row(fieldCase.context(), record));
      assertThat(scorer.score(fieldCase.row(fieldCase.x(), record)))
          .isEqualTo(SolveStatus.COMPLETED);
      scorer.copyPosition(z);
      double divergence = scorer.logDensity() - evaluator.logDensityAndGradient(z, slope);
      double squares = 0;
      for (int i = 0; i < z.length; i++) {
        squares += Math.pow(slope[i] * (1 + Math.abs(z[i])), 2);
      }
      double bound = unit * (Math.sqrt(squares) + 1 + Math.abs(divergence));
      assertThat(logDensities[record])
          .as("%s, record %d", fieldCase, record)
          .isCloseTo(scorer.logDensity(), within(bound));
    }
  }

  /**
   * @param x column-major, NaN for a component that is missing
   */
  private static void requireLogDensities(
      FieldCase fieldCase, BaseDensity base, double[] x, double[] logDensities, double tolerance) {
    PartialFlow scorer =
        Flow.reference(new FlowParameters(fieldCase.fieldParameters(), base)).newPartialFlow();
    for (int record = 0; record < logDensities.length; record++) {
      scorer.setContext(fieldCase.row(fieldCase.context(), record));
      assertThat(scorer.score(fieldCase.row(x, record))).isEqualTo(SolveStatus.COMPLETED);
      assertThat(logDensities[record])
          .as("%s, record %d", fieldCase, record)
          .isCloseTo(scorer.logDensity(), within(tolerance));
    }
  }

  @Test
  void shouldEstimateTheExactLogDensityOnAverageOverProbes() {
    FieldShape shape = new FieldShape(3, 0, List.of(5, 4), Activation.TANH);
    FieldCase exact = FieldCase.of(shape, FlowObjective.exactLikelihood(), 4, 0.5);
    double expected = loss(exact).negativeLogLikelihood();
    for (ProbeDistribution distribution : ProbeDistribution.values()) {
      FieldCase estimated =
          FieldCase.of(shape, new FlowObjective(TraceMode.HUTCHINSON, distribution, 0, 0), 4, 0.5);
      Random random = new Random(1);
      int draws = 400;
      double sum = 0;
      double squares = 0;
      SolverOptions options = SolverOptions.of(1e-7, ErrorNorm.EVERY_RECORD);
      try (BatchGradient gradient = prepared(estimated, estimated.problem(options))) {
        for (int draw = 0; draw < draws; draw++) {
          gradient.drawProbes(random);
          double found = gradient.loss(estimated.batch()).negativeLogLikelihood();
          sum += found;
          squares += found * found;
        }
      }
      double mean = sum / draws;
      double standardError = Math.sqrt((squares / draws - mean * mean) / draws);
      assertThat(standardError).isPositive();
      assertThat(mean).as(distribution.name()).isCloseTo(expected, within(4 * standardError));
    }
  }

  private BatchLoss loss(FieldCase fieldCase) {
    try (BatchGradient gradient = prepared(fieldCase, fieldCase.problem(TIGHT))) {
      return gradient.loss(fieldCase.batch());
    }
  }

  /** In one dimension the Jacobian is a number, and a probe of 1 or -1 shows its square. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void shouldFindThePenaltiesOfAnotherIntegrator(Activation activation) {
    FlowObjective objective =
        new FlowObjective(TraceMode.EXACT, ProbeDistribution.RADEMACHER, 0.3, 0.2);
    FieldCase fieldCase =
        FieldCase.of(new FieldShape(1, 1, List.of(5, 4), activation), objective, 3, 0.7);
    BatchLoss found = loss(fieldCase);

    double kineticEnergy = 0;
    double jacobianNorm = 0;
    double negativeLogLikelihood = 0;
    for (int record = 0; record < 3; record++) {
      double[] end = integrated(fieldCase, record);
      negativeLogLikelihood += (0.5 * (end[0] * end[0] + Math.log(2 * Math.PI)) - end[1]) / 3;
      kineticEnergy += end[2] / 3;
      jacobianNorm += end[3] / 3;
    }
    assertThat(found.negativeLogLikelihood()).isCloseTo(negativeLogLikelihood, within(1e-7));
    assertThat(found.kineticEnergy()).isCloseTo(kineticEnergy, within(1e-7));
    assertThat(found.jacobianNorm()).isCloseTo(jacobianNorm, within(1e-7));
    assertThat(found.loss())
        .isCloseTo(negativeLogLikelihood + 0.3 * kineticEnergy + 0.2 * jacobianNorm, within(1e-7));
  }

  /** z, l and the two costs at the base, by Hipparchus. */
  private static double[] integrated(FieldCase fieldCase, int record) {
    FieldEvaluator field = new ScalarVectorField(fieldCase.fieldParameters()).newEvaluator();
    field.setContext(fieldCase.row(fieldCase.context(), record));
    OrdinaryDifferentialEquation equation =
        new OrdinaryDifferentialEquation() {
          @Override
          public int getDimension() {
            return 4;
          }

          @Override
          public double[] computeDerivatives(double s, double[] y) {
            double[] derivative = new double[2];
            field.derivative(s, new double[] {y[0], y[1]}, derivative);
            double f = derivative[0];
            double slope = derivative[1];
            return new double[] {f, slope, -f * f, -slope * slope};
          }
        };
    double x = fieldCase.row(fieldCase.x(), record)[0];
    return new DormandPrince853Integrator(1e-8, 0.1, 1e-12, 1e-12)
        .integrate(new ExpandableODE(equation), new ODEState(1, new double[] {x, 0, 0, 0}), 0)
        .getPrimaryState();
  }

  @Test
  void shouldTrainInSinglePrecisionByTheGradientOfDoublePrecision() {
    FieldShape shape = new FieldShape(8, 0, List.of(32, 32), Activation.TANH);
    FlowObjective objective =
        new FlowObjective(TraceMode.EXACT, ProbeDistribution.RADEMACHER, 0.05, 0.03);
    FieldCase fieldCase = FieldCase.of(shape, objective, 64, 0.2);
    SolverOptions options = SolverOptions.of(1e-6, ErrorNorm.EVERY_RECORD);
    double[] expected = new double[fieldCase.parameters().length];
    try (BatchGradient gradient = prepared(fieldCase, fieldCase.problem(TIGHT))) {
      gradient.lossAndGradient(fieldCase.batch(), expected);
    }
    double[] found = new double[expected.length];
    try (BatchGradient gradient = engine().newGradient(fieldCase.problem(options))) {
      fieldCase.prepare(gradient);
      gradient.lossAndGradient(fieldCase.batch(), found);
    }
    double[] difference = new double[found.length];
    Arrays.setAll(difference, i -> found[i] - expected[i]);
    assertThat(Math.sqrt(dot(difference, difference)))
        .isLessThan(1e-3 * Math.sqrt(dot(expected, expected)));
  }

  @Test
  void shouldGiveTheSameBitsForTheSameCalls() {
    FieldCase fieldCase =
        FieldCase.of(
            new FieldShape(4, 2, List.of(9, 8), Activation.TANH),
            new FlowObjective(TraceMode.HUTCHINSON, ProbeDistribution.GAUSSIAN, 0.1, 0.1),
            33,
            0.4);
    assertThat(gradientInSinglePrecision(fieldCase))
        .isEqualTo(gradientInSinglePrecision(fieldCase));
  }

  private double[] gradientInSinglePrecision(FieldCase fieldCase) {
    SolverOptions options = SolverOptions.of(1e-4, ErrorNorm.BATCH_RMS);
    double[] found = new double[fieldCase.parameters().length];
    try (BatchGradient gradient = engine().newGradient(fieldCase.problem(options).withShards(2))) {
      fieldCase.prepare(gradient);
      gradient.lossAndGradient(fieldCase.batch(), found);
    }
    return found;
  }

  @Test
  void shouldGiveTheSameBitsToSeveralFitsSideBySide() throws Exception {
    FieldCase fieldCase =
        FieldCase.of(
            new FieldShape(4, 0, List.of(9, 8), Activation.TANH),
            FlowObjective.exactLikelihood(),
            33,
            0.4);
    double[] alone = gradientInSinglePrecision(fieldCase);
    ExecutorService executor = Executors.newFixedThreadPool(4);
    try {
      List<Future<double[]>> fits = new ArrayList<>();
      for (int fit = 0; fit < 8; fit++) {
        fits.add(executor.submit(() -> gradientInSinglePrecision(fieldCase)));
      }
      for (Future<double[]> fit : fits) {
        assertThat(fit.get()).isEqualTo(alone);
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void shouldKeepItsProbesUntilTheyAreDrawnAnew() {
    FieldCase fieldCase =
        FieldCase.of(
            Activation.TANH,
            List.of(5, 4),
            0,
            TraceMode.HUTCHINSON,
            ProbeDistribution.GAUSSIAN,
            0,
            0);
    try (BatchGradient gradient = prepared(fieldCase, fieldCase.problem(TIGHT))) {
      double first = gradient.loss(fieldCase.batch()).loss();
      assertThat(gradient.loss(fieldCase.batch()).loss()).isEqualTo(first);
      gradient.drawProbes(new Random(12));
      assertThat(gradient.loss(fieldCase.batch()).loss()).isNotEqualTo(first);
      gradient.drawProbes(new Random(11));
      assertThat(gradient.loss(fieldCase.batch()).loss()).isEqualTo(first);
    }
  }

  @Test
  void shouldTakeNothingFromTheRandomSourceWhereThereAreNoProbes() {
    FieldCase fieldCase =
        FieldCase.of(
            Activation.TANH, List.of(5, 4), 0, TraceMode.EXACT, ProbeDistribution.GAUSSIAN, 0.1, 0);
    try (BatchGradient gradient = prepared(fieldCase, fieldCase.problem(TIGHT))) {
      Random random = new Random(5);
      gradient.drawProbes(random);
      assertThat(random.nextLong()).isEqualTo(new Random(5).nextLong());
    }
  }

  @Test
  void shouldCopyAsManyLogDensitiesAsThereIsRoomFor() {
    FieldCase fieldCase =
        FieldCase.of(
            new FieldShape(2, 0, List.of(5), Activation.TANH),
            FlowObjective.exactLikelihood(),
            7,
            0.5);
    double[] all = new double[7];
    double[] some = new double[5];
    try (BatchGradient gradient = prepared(fieldCase, fieldCase.problem(TIGHT).withShards(3))) {
      assertThat(gradient.records()).isEqualTo(7);
      BatchLoss loss = gradient.loss(fieldCase.batch());
      gradient.copyLogDensities(all);
      gradient.copyLogDensities(some);
      assertThat(Arrays.stream(all).average().orElseThrow())
          .isCloseTo(-loss.negativeLogLikelihood(), within(1e-12));
    }
    assertThat(some).isEqualTo(Arrays.copyOf(all, 5));
  }

  @Test
  void shouldSayWhyABatchIsNotIntegratedAndGoOnWithTheNext() {
    FieldCase fieldCase =
        FieldCase.of(
            new FieldShape(2, 0, List.of(5), Activation.TANH),
            FlowObjective.exactLikelihood(),
            6,
            0.5);
    SolverOptions meagre = new SolverOptions(1e-9, 1e-9, ErrorNorm.EVERY_RECORD, 20);
    double[] gradientOfLoss = new double[fieldCase.parameters().length];
    try (BatchGradient gradient = prepared(fieldCase, fieldCase.problem(meagre).withShards(2))) {
      assertThatThrownBy(() -> gradient.lossAndGradient(fieldCase.batch(), gradientOfLoss))
          .isInstanceOfSatisfying(
              SolveException.class,
              e -> {
                assertThat(e.status()).isEqualTo(SolveStatus.BUDGET_EXCEEDED);
                assertThat(e.evaluations()).isBetween(1, 20);
                assertThat(e.time()).isBetween(0.0, 1.0);
              });
    }
    SolverOptions ample = SolverOptions.of(1e-6, ErrorNorm.EVERY_RECORD);
    try (BatchGradient gradient = prepared(fieldCase, fieldCase.problem(ample).withShards(2))) {
      double expected = gradient.loss(fieldCase.batch()).loss();
      double[] x = fieldCase.x().clone();
      x[0] = Double.NaN;
      assertThatThrownBy(() -> gradient.loss(Batch.of(x)))
          .isInstanceOfSatisfying(
              SolveException.class, e -> assertThat(e.status()).isEqualTo(SolveStatus.NOT_FINITE));
      assertThat(gradient.loss(fieldCase.batch()).loss()).isEqualTo(expected);
    }
  }

  @Test
  void shouldRefuseParametersOfAnotherShape() {
    FieldCase fieldCase = cases().get(0);
    try (BatchGradient gradient = prepared(fieldCase, fieldCase.problem(TIGHT))) {
      assertThatThrownBy(() -> gradient.setParameters(new double[3]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("parameters: 3 values, expected " + fieldCase.shape().parameterCount());
    }
  }
}
