package io.lowtide.trainer.fit;

import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.FlowParameters;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchLoss;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.Precision;
import io.lowtide.trainer.engine.SolveException;
import io.lowtide.trainer.engine.SolverOptions;
import io.lowtide.trainer.engine.TrainingEngine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fits a vector field to training records by stochastic gradient descent on the penalised negative
 * log-likelihood: Adam with warm-up and cosine decay, gradient clipping, and early stopping on the
 * validation records; where they still gain, in further rounds of the same. Every random choice of
 * an iteration follows from the seed and the iteration's number, so a resumed run is the run that
 * was interrupted.
 */
final class FlowFitter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FlowFitter.class);

  private static final int LEAST_ITERATIONS_BETWEEN_VALIDATIONS = 25;
  private static final int MOST_SETBACKS = 5;

  /** The flow starts close to the identity, where it is easy to integrate. */
  private static final double INITIAL_OUTPUT_SCALE = 0.1;

  private static final int NO_EPOCH = -1;
  private static final long SHUFFLE_STREAM = 1;
  private static final long BATCH_STREAM = 2;
  private static final long VALIDATION_STREAM = 3;

  private final TrainingEngine engine;
  private final TrainingSettings settings;
  private final FieldShape shape;
  private final BaseDensity base;
  private final TrainingData training;
  private final TrimmedRecords trimmed;
  private final int batchSize;
  private final int batchesPerEpoch;
  private final int validationInterval;
  private final BatchGradient gradientOfBatch;
  private final TrainingGrid grid;
  private final Optional<ValidationLoss> validationLoss;
  private Optional<FieldParameters> start = Optional.empty();
  private boolean keepsTrajectory;
  private Extension extension = Extension.none();

  /**
   * @param engine what computes
   * @param settings how to train
   * @param base what the flow starts from
   * @param training records to fit
   * @param validation records that decide when to stop; empty: training goes on to the last
   *     iteration
   */
  FlowFitter(
      TrainingEngine engine,
      TrainingSettings settings,
      BaseDensity base,
      TrainingData training,
      Optional<TrainingData> validation) {
    this(
        engine,
        settings,
        base,
        training,
        validation,
        validationInterval(settings, training.size()));
  }

  /**
   * @param engine what computes
   * @param settings how to train
   * @param base what the flow starts from
   * @param training records to fit
   * @param validation records that decide when to stop; empty: training goes on to the last
   *     iteration
   * @param validationInterval iterations between two validations
   */
  FlowFitter(
      TrainingEngine engine,
      TrainingSettings settings,
      BaseDensity base,
      TrainingData training,
      Optional<TrainingData> validation,
      int validationInterval) {
    this.engine = engine;
    this.settings = settings;
    this.shape = settings.fieldShape(training.encoder());
    this.base = base;
    this.training = training;
    this.trimmed = new TrimmedRecords(training, settings.contamination());
    this.batchSize = Math.min(settings.batchSize(), training.size());
    this.batchesPerEpoch = training.size() / batchSize;
    this.validationInterval = validationInterval;
    FlowObjective objective =
        new FlowObjective(
            settings.trace(),
            settings.probe(),
            settings.kineticPenalty(),
            settings.jacobianPenalty());
    this.gradientOfBatch = gradient(objective, training);
    this.grid =
        new TrainingGrid(gradientOfBatch, settings.gradientAccuracy(), shape.parameterCount());
    this.validationLoss =
        validation.map(
            records ->
                new ValidationLoss(
                    gradient(FlowObjective.exactLikelihood(), records),
                    records,
                    settings.contamination(),
                    stream(VALIDATION_STREAM, 0)));
  }

  /** Whole epochs of so many training records. */
  static int validationInterval(TrainingSettings settings, int records) {
    int batches = records / Math.min(settings.batchSize(), records);
    int epochs = (LEAST_ITERATIONS_BETWEEN_VALIDATIONS + batches - 1) / batches;
    return epochs * batches;
  }

  private BatchGradient gradient(FlowObjective objective, TrainingData data) {
    int records = Math.min(settings.batchSize(), data.size());
    SolverOptions options = SolverOptions.of(settings.trainingTolerance(), ErrorNorm.BATCH_RMS);
    return engine.newGradient(
        new BatchProblem(
            shape,
            base,
            objective,
            records,
            data.optional(),
            Math.min(settings.shards(), records),
            options,
            options,
            Precision.SINGLE));
  }

  @Override
  public void close() {
    gradientOfBatch.close();
    validationLoss.ifPresent(ValidationLoss::close);
  }

  private SplittableRandom stream(long purpose, long index) {
    return new SplittableRandom(
            settings.seed() * 0x9E3779B97F4A7C15L + purpose * 0x1000003L + index)
        .split();
  }

  /**
   * Trains.
   *
   * @param checkpoint where to save progress at validations, and where to go on from if there is
   *     any
   * @param lastIteration where the first round stops at the latest; the learning rate decays
   *     towards the settings' number of iterations all the same
   * @param listener receives a report at every validation
   * @throws TrainingDivergedException if training cannot go on
   */
  FittedFlow fit(
      Optional<CheckpointFile> checkpoint, int lastIteration, Consumer<EpochReport> listener) {
    TrainingState state =
        checkpoint
            .flatMap(file -> file.read(shape.parameterCount()))
            .orElseGet(
                () ->
                    TrainingState.start(
                        initialParameters(), settings.weightDecay(), settings.iterations()));
    Run run = new Run(state, lastIteration);
    run.judge();
    Extension.Verdict verdict;
    do {
      while (!run.isOver()) {
        EpochReport report = run.advance();
        checkpoint.ifPresent(file -> file.writeIfDue(state));
        listener.accept(report);
      }
      verdict = run.closeRound();
    } while (verdict.goesOn());
    checkpoint.ifPresent(file -> file.write(state));
    return new FittedFlow(
        flow(rounded(state.best)),
        List.copyOf(state.history),
        state.bestReport(),
        extent(state, verdict),
        trimmed.setAside(),
        state.trajectory.stream().map(this::flow).toList());
  }

  /** Keeps the flow at each validation. */
  FlowFitter keepingTrajectory() {
    keepsTrajectory = true;
    return this;
  }

  /** Lets the fit begin with these parameters, and not with random ones. */
  FlowFitter startingFrom(FieldParameters parameters) {
    start = Optional.of(parameters);
    return this;
  }

  /**
   * Lets the fit go on for further rounds; without validation records there is one.
   *
   * @param rule when it does
   */
  FlowFitter extendedBy(Extension rule) {
    extension = rule;
    return this;
  }

  private static String extent(TrainingState state, Extension.Verdict verdict) {
    int rounds = state.round.number();
    return String.format(
        Locale.ROOT,
        "%,d iterations in %s: %s",
        state.iteration,
        rounds == 1 ? "one round" : rounds + " rounds",
        verdict.reason());
  }

  private FlowParameters flow(float[] values) {
    return new FlowParameters(new FieldParameters(shape, values), base);
  }

  private static float[] rounded(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    return rounded;
  }

  private double[] initialParameters() {
    if (start.isPresent()) {
      float[] given = start.get().toArray();
      return IntStream.range(0, given.length).mapToDouble(i -> given[i]).toArray();
    }
    Random random = new Random(settings.seed());
    double[] values = new double[shape.parameterCount()];
    List<FieldLayer> layers = shape.layers();
    for (FieldLayer layer : layers) {
      boolean output = layer == layers.get(layers.size() - 1);
      double bound = (output ? INITIAL_OUTPUT_SCALE : 1) / Math.sqrt(layer.inputs());
      for (int i = 0; i < layer.weights().size(); i++) {
        values[layer.weights().offset() + i] = bound * (2 * random.nextDouble() - 1);
      }
    }
    return values;
  }

  /** One call of {@link #fit}: its clock and its sums since the last validation. */
  private final class Run {

    private final TrainingState state;
    private final int lastIteration;
    private final long started = System.nanoTime();
    private final double secondsBefore;
    private final double[] gradient = new double[shape.parameterCount()];
    private final Batch batch = training.newBatch(batchSize);

    Run(TrainingState state, int lastIteration) {
      this.state = state;
      this.lastIteration = lastIteration;
      this.secondsBefore =
          state.history.isEmpty() ? 0 : state.history.get(state.history.size() - 1).seconds();
    }

    /** Chooses the records that take part from here on. */
    void judge() {
      trimmed.judge(
          flow(rounded(state.averaged)), (double) state.iteration / settings.iterations());
      state.shuffledEpoch = NO_EPOCH;
    }

    /** Whether the round is. */
    boolean isOver() {
      return state.iteration >= lastOfRound() || ended().isPresent();
    }

    private int lastOfRound() {
      return state.round.number() == 1 ? lastIteration : state.round.end();
    }

    /** Why the fit ends before the round is over. */
    private Optional<String> ended() {
      // After a restart validations are worse for long, as the learning rate is at its height.
      if (state.round.number() == 1 && state.validationsSinceBest >= settings.patience()) {
        return Optional.of("no better validation among the last " + settings.patience());
      }
      boolean outOfTime =
          settings.maximumSeconds() > 0
              && seconds() > settings.maximumSeconds()
              && !state.history.isEmpty();
      return outOfTime ? Optional.of("maximum.seconds are over") : Optional.empty();
    }

    /** Decides whether there is another round, and begins it. */
    Extension.Verdict closeRound() {
      if (validationLoss.isEmpty() || !extension.isAsked()) {
        return extension.notAsked(ended());
      }
      Validated before = validationLoss.get().of(state.before);
      Validated now = validationLoss.get().of(state.best);
      if (state.round.number() == 1) {
        state.firstEvaluations = now.evaluations();
      }
      Extension.Verdict verdict =
          extension.after(
              state.round,
              now.over(before),
              new Extension.Evaluations(state.firstEvaluations, now.evaluations()),
              state.work,
              ended());
      if (verdict.undone()) {
        state.undoRound(before.negativeLogLikelihood());
      } else if (verdict.goesOn()) {
        LOG.info("Round {} of training is over: {}", state.round.number(), verdict.reason());
        state.nextRound();
        judge();
      }
      return verdict;
    }

    private double seconds() {
      return secondsBefore + (System.nanoTime() - started) / 1e9;
    }

    /** Trains up to the next validation, and validates. */
    EpochReport advance() {
      int target = Math.min(lastOfRound(), state.iteration + validationInterval);
      int from = state.iteration;
      double secondsAtStart = seconds();
      double negativeLogLikelihood = 0;
      long forward = 0;
      long backward = 0;
      while (state.iteration < target) {
        BatchLoss loss = step();
        negativeLogLikelihood += loss.negativeLogLikelihood();
        forward += loss.forwardEvaluations();
        backward += loss.backwardEvaluations();
      }
      int count = target - from;
      state.work += Extension.operations(shape, batchSize, forward, backward);
      double speed = count * (double) batchSize / (seconds() - secondsAtStart);
      double validated =
          validationLoss
              .map(loss -> loss.of(state.averaged).negativeLogLikelihood())
              .orElse(Double.NaN);
      boolean best = !(validated >= state.bestValidation);
      EpochReport report =
          new EpochReport(
              (target + batchesPerEpoch - 1) / batchesPerEpoch,
              target,
              lastOfRound(),
              negativeLogLikelihood / count,
              validated,
              best,
              learningRate(),
              (double) forward / count,
              (double) backward / count,
              speed,
              seconds());
      state.validated(report);
      if (keepsTrajectory) {
        state.trajectory.add(rounded(state.averaged));
      }
      judge();
      return report;
    }

    private BatchLoss step() {
      while (true) {
        try {
          BatchLoss loss = lossAndGradient();
          double norm = norm(gradient);
          if (!Double.isFinite(loss.loss()) || !Double.isFinite(norm)) {
            setBack("a loss of " + loss.loss() + " with a gradient of length " + norm);
            continue;
          }
          shorten(gradient, norm);
          state.optimizer.update(state.parameters, gradient, learningRate());
          state.average(settings.averageDecay());
          state.iteration++;
          return loss;
        } catch (SolveException e) {
          setBack(e.getMessage());
        }
      }
    }

    private BatchLoss lossAndGradient() {
      int epoch = state.iteration / batchesPerEpoch;
      int index = state.iteration % batchesPerEpoch;
      SplittableRandom random = stream(BATCH_STREAM, state.iteration);
      training.draw(
          order(epoch).subList(index * batchSize, (index + 1) * batchSize), random, batch);
      gradientOfBatch.setParameters(state.parameters);
      gradientOfBatch.drawProbes(random);
      TrainingGrid.Solved solved =
          grid.lossAndGradient(state.iteration, state.gridSteps, batch, gradient);
      state.gridSteps = solved.steps();
      return solved.loss();
    }

    /**
     * Order of the training records in an epoch: those that take part, and the first of them again
     * in the place of those that do not.
     */
    private List<Integer> order(int epoch) {
      if (epoch != state.shuffledEpoch) {
        List<Integer> shuffled = new ArrayList<>(trimmed.kept());
        Collections.shuffle(shuffled, new Random(stream(SHUFFLE_STREAM, epoch).nextLong()));
        int kept = shuffled.size();
        state.order =
            IntStream.range(0, training.size())
                .mapToObj(index -> shuffled.get(index % kept))
                .toList();
        state.shuffledEpoch = epoch;
      }
      return state.order;
    }

    private double learningRate() {
      double rate = settings.learningRate() * state.rateFactor;
      int iterations = state.round.iterations();
      int iteration = state.iteration - state.round.start();
      int warmUp = Math.min(settings.warmUpIterations(), iterations / 2);
      if (iteration < warmUp) {
        return rate * (iteration + 1) / warmUp;
      }
      double progress = (double) (iteration - warmUp) / Math.max(1, iterations - warmUp);
      return rate * 0.5 * (1 + Math.cos(Math.PI * progress));
    }

    private void shorten(double[] vector, double norm) {
      double limit = settings.gradientNormLimit();
      if (norm > limit) {
        for (int i = 0; i < vector.length; i++) {
          vector[i] *= limit / norm;
        }
      }
    }

    /** Goes back to the best parameters with half the learning rate. */
    private void setBack(String cause) {
      state.setbacks++;
      if (state.setbacks > MOST_SETBACKS) {
        throw new TrainingDivergedException(state.iteration, state.setbacks - 1, cause);
      }
      state.rateFactor /= 2;
      state.restoreBest();
      LOG.warn(
          "Training iteration {}: back to the best parameters with half the learning rate: {}",
          state.iteration,
          cause);
    }
  }

  /** Its length. */
  static double norm(double[] vector) {
    double squares = 0;
    for (double component : vector) {
      squares += component * component;
    }
    return Math.sqrt(squares);
  }
}
