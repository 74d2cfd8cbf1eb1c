package io.lowtide.trainer.fit;

import io.lowtide.density.field.FieldLayer;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.FieldTensor;
import io.lowtide.trainer.adjoint.BatchLoss;
import io.lowtide.trainer.adjoint.ParallelGradient;
import io.lowtide.trainer.field.FlowObjective;
import io.lowtide.trainer.fit.FitResult.Stop;
import io.lowtide.trainer.ode.ErrorNorm;
import io.lowtide.trainer.ode.SolveException;
import io.lowtide.trainer.ode.SolverOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fits a flow by maximum likelihood: Adam on the adjoint gradient, with the parameters of the best
 * validation likelihood kept. Every random choice is a function of the seed and the step, so a
 * resumed run ends where an uninterrupted one does, bit for bit.
 *
 * <p>In training, a step of the solver bounds the error of the batch on average, as gradients are
 * averages, too; validation bounds the error of every record, as scores do.
 */
public final class FlowFitter {

  private static final Logger LOG = LoggerFactory.getLogger(FlowFitter.class);
  private static final int MOST_STEPS_BACK = 6;
  private static final long INITIALISATION = -1;
  private static final long VALIDATION = -2;

  private final FitSettings settings;
  private final FitListener listener;

  /**
   * @param settings how to fit
   * @param listener is told of every epoch
   */
  public FlowFitter(FitSettings settings, FitListener listener) {
    this.settings = settings;
    this.listener = listener;
  }

  /**
   * Fits a flow.
   *
   * @param train records to fit to, at least as many as there are shards
   * @param validation records that decide which epoch is best, at least one
   * @throws FitException if training diverged again and again
   */
  public FitResult fit(TrainingRows train, TrainingRows validation) {
    try {
      return new Run(train, validation).fit(null, "");
    } catch (IOException e) {
      throw new IllegalStateException("no file is read or written without a checkpoint", e);
    }
  }

  /**
   * Fits a flow, from a checkpoint if there is one, and writes it after every epoch.
   *
   * @param dataHash identifies the data
   * @throws CheckpointException if the checkpoint is damaged, or of other settings or data
   * @throws IOException if it cannot be read or written
   * @throws FitException if training diverged again and again
   */
  public FitResult fit(
      TrainingRows train, TrainingRows validation, Checkpoint checkpoint, String dataHash)
      throws IOException {
    return new Run(train, validation).fit(checkpoint, dataHash);
  }

  private RandomGenerator random(long stream) {
    // Two rounds, as nearby seeds of one round are correlated.
    return new SplittableRandom(new SplittableRandom(settings.seed()).nextLong() ^ mix(stream));
  }

  private static long mix(long value) {
    return new SplittableRandom(value).nextLong();
  }

  /** One fit: its data, buffers and state. */
  private final class Run {

    private final TrainingRows train;
    private final TrainingRows validation;
    private final FieldShape shape;
    private final int batchSize;
    private final int batchesPerPass;
    private final int batchesPerEpoch;
    private final LearningRateSchedule schedule;
    private final Adam adam;
    private final double[] gradient;
    private final double[] batch;
    private final double[] batchContext;
    private final int[] order;
    private long orderedPass = -1;

    private double[] parameters;
    private double[] average;
    private double[] best;
    private final List<EpochRecord> history = new ArrayList<>();
    private int epoch;
    private long step;
    private double rateScale = 1;
    private int stepsBack;
    private int bestEpoch;
    private double elapsedSeconds;

    Run(TrainingRows train, TrainingRows validation) {
      requireRows("training", train.size(), settings.shards());
      requireRows("validation", validation.size(), 1);
      this.train = train;
      this.validation = validation;
      this.shape =
          new FieldShape(
              train.dimensions(),
              train.contextDimensions(),
              settings.hiddenUnits(),
              settings.activation());
      this.batchSize = Math.min(settings.batchSize(), train.size());
      this.batchesPerPass = train.size() / batchSize;
      this.batchesPerEpoch =
          settings.batchesPerEpoch() > 0 ? settings.batchesPerEpoch() : batchesPerPass;
      long totalSteps = (long) settings.epochs() * batchesPerEpoch;
      this.schedule =
          new LearningRateSchedule(
              settings.learningRate(),
              (long) (settings.warmupFraction() * totalSteps),
              totalSteps,
              settings.finalFraction());
      this.adam = new Adam(shape.parameterCount(), settings.weightDecay());
      this.gradient = new double[shape.parameterCount()];
      this.batch = new double[batchSize * shape.dimensions()];
      this.batchContext = new double[batchSize * shape.contextDimensions()];
      this.order = new int[train.size()];
      this.parameters = initialParameters();
      this.average = parameters.clone();
      this.best = parameters.clone();
    }

    private void requireRows(String what, int rows, int least) {
      if (rows < least) {
        throw new IllegalArgumentException(
            what + " records: " + rows + ", expected at least " + least);
      }
    }

    /**
     * Weights uniform with variance 1/(3 m) for m inputs, those of the output a tenth of it: the
     * flow starts near the identity. Gates and biases start constant.
     */
    private double[] initialParameters() {
      RandomGenerator random = random(INITIALISATION);
      double[] values = new double[shape.parameterCount()];
      List<FieldLayer> layers = shape.layers();
      for (int index = 0; index < layers.size(); index++) {
        FieldTensor weights = layers.get(index).weights();
        double bound = 1 / Math.sqrt(layers.get(index).inputs());
        double factor = index == layers.size() - 1 ? 0.1 * bound : bound;
        for (int i = 0; i < weights.size(); i++) {
          values[weights.offset() + i] = factor * (2 * random.nextDouble() - 1);
        }
        FieldTensor bias = layers.get(index).biasConstant();
        for (int i = 0; i < bias.size(); i++) {
          values[bias.offset() + i] = factor * (2 * random.nextDouble() - 1);
        }
      }
      return values;
    }

    FitResult fit(Checkpoint checkpoint, String dataHash) throws IOException {
      String run = runName(dataHash);
      if (checkpoint != null) {
        Optional<FitState> state = checkpoint.read(run);
        if (state.isPresent()) {
          restore(state.get());
          LOG.info("Resuming after epoch {} of {}", epoch, settings.epochs());
        }
      }
      try (ParallelGradient trainer = newTrainer();
          ParallelGradient validator = newValidator()) {
        Stop stop = stop();
        while (stop == null) {
          long begin = System.nanoTime();
          EpochSums sums = runEpoch(trainer);
          double trainSeconds = (System.nanoTime() - begin) / 1e9;
          epoch++;
          double validated = validate(validator);
          double seconds = (System.nanoTime() - begin) / 1e9;
          elapsedSeconds += seconds;
          EpochRecord record =
              sums.toRecord(
                  epoch, step, validated, batchSize * (double) sums.count / trainSeconds, seconds);
          history.add(record);
          if (bestEpoch == 0
              || validated < history.get(bestEpoch - 1).validationNegativeLogLikelihood()) {
            bestEpoch = epoch;
            best = published().clone();
          }
          if (checkpoint != null) {
            checkpoint.write(run, state());
          }
          listener.epochFinished(record, settings.epochs(), timeLeft());
          stop = stop();
        }
        if (!Double.isFinite(history.get(bestEpoch - 1).validationNegativeLogLikelihood())) {
          throw new FitException(
              step,
              rateScale * schedule.at(step),
              "no epoch has a finite validation likelihood",
              null);
        }
        return new FitResult(toFieldParameters(best), history, bestEpoch, stop, stepsBack);
      }
    }

    private String runName(String dataHash) {
      return settings + " " + shape + " rows " + train.size() + " data " + dataHash;
    }

    private ParallelGradient newTrainer() {
      SolverOptions options = SolverOptions.of(settings.tolerance(), ErrorNorm.BATCH_RMS);
      return new ParallelGradient(
          shape,
          settings.objective(),
          DataType.FLOAT,
          batchSize,
          settings.shards(),
          options,
          options);
    }

    private ParallelGradient newValidator() {
      SolverOptions options = SolverOptions.of(settings.tolerance(), ErrorNorm.EVERY_RECORD);
      int records = Math.min(settings.batchSize(), validation.size());
      return new ParallelGradient(
          shape,
          FlowObjective.exactLikelihood(),
          DataType.FLOAT,
          records,
          Math.min(settings.shards(), records),
          options,
          options);
    }

    private Stop stop() {
      if (epoch >= settings.epochs()) {
        return Stop.EPOCHS;
      }
      if (epoch - bestEpoch >= settings.patience()) {
        return Stop.PATIENCE;
      }
      boolean timed = !settings.timeBudget().isZero();
      return timed && epoch > 0 && elapsedSeconds >= settings.timeBudget().toNanos() / 1e9
          ? Stop.TIME_BUDGET
          : null;
    }

    private Duration timeLeft() {
      double left = elapsedSeconds / epoch * (settings.epochs() - epoch);
      if (!settings.timeBudget().isZero()) {
        left = Math.min(left, settings.timeBudget().toNanos() / 1e9 - elapsedSeconds);
      }
      return Duration.ofMillis((long) (1e3 * Math.max(0, left)));
    }

    private EpochSums runEpoch(ParallelGradient trainer) {
      FitState start = state();
      EpochSums sums = new EpochSums();
      while (sums.count < batchesPerEpoch) {
        double learningRate = rateScale * schedule.at(step);
        try {
          takeStep(trainer, learningRate, sums);
        } catch (SolveException | ArithmeticException e) {
          stepBack(start, learningRate, e);
          start = state();
          sums = new EpochSums();
        }
      }
      return sums;
    }

    private void takeStep(ParallelGradient trainer, double learningRate, EpochSums sums) {
      RandomGenerator random = random(step);
      loadBatch(random);
      trainer.setParameters(parameters);
      trainer.drawProbes(random);
      BatchLoss loss = trainer.lossAndGradient(batch, batchContext, gradient);
      double norm = clip();
      if (!Double.isFinite(loss.loss()) || !Double.isFinite(norm)) {
        throw new ArithmeticException("loss " + loss.loss() + ", norm of the gradient " + norm);
      }
      adam.step(parameters, gradient, learningRate);
      step++;
      double decay = averagingDecay();
      for (int i = 0; i < average.length; i++) {
        average[i] = decay * average[i] + (1 - decay) * parameters[i];
      }
      sums.add(loss, norm, learningRate);
    }

    /** Shorter memory at first, so that the initial parameters do not linger in the average. */
    private double averagingDecay() {
      return Math.min(settings.averaging(), (1.0 + step) / (10.0 + step));
    }

    /** The parameters that are validated and published. */
    private double[] published() {
      return settings.averaging() > 0 ? average : parameters;
    }

    private void stepBack(FitState start, double learningRate, RuntimeException cause) {
      int count = stepsBack + 1;
      if (count > MOST_STEPS_BACK) {
        throw new FitException(step, learningRate, cause.getMessage(), cause);
      }
      LOG.warn(
          "Step {} diverged ({}): back to epoch {} at half the learning rate",
          step,
          cause.getMessage(),
          start.epoch());
      double halved = rateScale / 2;
      restore(start);
      rateScale = halved;
      stepsBack = count;
    }

    /** Scales the gradient down to the largest norm allowed; returns its norm before. */
    private double clip() {
      double sum = 0;
      for (double value : gradient) {
        sum += value * value;
      }
      double norm = Math.sqrt(sum);
      if (norm > settings.gradientClip()) {
        double factor = settings.gradientClip() / norm;
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] *= factor;
        }
      }
      return norm;
    }

    private void loadBatch(RandomGenerator noise) {
      long pass = step / batchesPerPass;
      if (pass != orderedPass) {
        shuffle(pass);
      }
      int first = (int) (step % batchesPerPass) * batchSize;
      load(train, order, first, batchSize, noise, batch, batchContext);
    }

    /** Fisher-Yates, from the identity, so that a pass' order depends on nothing but its number. */
    private void shuffle(long pass) {
      RandomGenerator random = random(Long.MIN_VALUE + pass);
      for (int i = 0; i < order.length; i++) {
        int j = random.nextInt(i + 1);
        order[i] = order[j];
        order[j] = i;
      }
      orderedPass = pass;
    }

    private void load(
        TrainingRows rows,
        int[] indices,
        int first,
        int records,
        RandomGenerator noise,
        double[] x,
        double[] context) {
      double[] encoded = new double[shape.dimensions()];
      double[] rowContext = new double[shape.contextDimensions()];
      for (int record = 0; record < records; record++) {
        int row = indices[Math.min(first + record, indices.length - 1)];
        rows.read(row, noise, encoded);
        for (int column = 0; column < encoded.length; column++) {
          x[column * records + record] = encoded[column];
        }
        rows.readContext(row, rowContext);
        for (int column = 0; column < rowContext.length; column++) {
          context[column * records + record] = rowContext[column];
        }
      }
    }

    /**
     * Mean negative log-likelihood of the validation records, whose noise is the same every time.
     * Infinite where they cannot be integrated: such parameters are never the best.
     */
    private double validate(ParallelGradient validator) {
      validator.setParameters(published());
      RandomGenerator noise = random(VALIDATION);
      int records = validator.records();
      int[] indices = new int[validation.size()];
      for (int i = 0; i < indices.length; i++) {
        indices[i] = i;
      }
      double[] x = new double[records * shape.dimensions()];
      double[] context = new double[records * shape.contextDimensions()];
      double sum = 0;
      try {
        for (int first = 0; first < indices.length; first += records) {
          // The last batch repeats its last record; the repetitions are not counted.
          load(validation, indices, first, records, noise, x, context);
          validator.loss(x, context);
          double[] logDensities = new double[Math.min(records, indices.length - first)];
          validator.copyLogDensities(logDensities);
          for (double logDensity : logDensities) {
            sum -= logDensity;
          }
        }
      } catch (SolveException e) {
        LOG.warn("Epoch {} has no validation likelihood: {}", epoch, e.getMessage());
        return Double.POSITIVE_INFINITY;
      }
      double mean = sum / indices.length;
      return Double.isNaN(mean) ? Double.POSITIVE_INFINITY : mean;
    }

    private FitState state() {
      return new FitState(
          epoch,
          step,
          rateScale,
          stepsBack,
          bestEpoch,
          elapsedSeconds,
          parameters.clone(),
          adam.steps(),
          adam.firstMoment(),
          adam.secondMoment(),
          average.clone(),
          best.clone(),
          List.copyOf(history));
    }

    private void restore(FitState state) {
      epoch = state.epoch();
      step = state.step();
      rateScale = state.rateScale();
      stepsBack = state.stepsBack();
      bestEpoch = state.bestEpoch();
      elapsedSeconds = state.elapsedSeconds();
      parameters = state.parameters().clone();
      adam.restore(state.adamSteps(), state.firstMoment(), state.secondMoment());
      average = state.average().clone();
      best = state.best().clone();
      history.clear();
      history.addAll(state.history());
    }

    private FieldParameters toFieldParameters(double[] values) {
      float[] narrowed = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        narrowed[i] = (float) values[i];
      }
      return new FieldParameters(shape, narrowed);
    }
  }

  /** Running sums of an epoch. */
  private static final class EpochSums {

    private int count;
    private double loss;
    private double negativeLogLikelihood;
    private double kineticEnergy;
    private double forwardEvaluations;
    private double backwardEvaluations;
    private double gradientNorm;
    private double learningRate;

    void add(BatchLoss batch, double norm, double rate) {
      count++;
      loss += batch.loss();
      negativeLogLikelihood += batch.negativeLogLikelihood();
      kineticEnergy += batch.kineticEnergy();
      forwardEvaluations += batch.forwardEvaluations();
      backwardEvaluations += batch.backwardEvaluations();
      gradientNorm += norm;
      learningRate = rate;
    }

    EpochRecord toRecord(
        int epoch, long step, double validated, double recordsPerSecond, double seconds) {
      return new EpochRecord(
          epoch,
          step,
          loss / count,
          negativeLogLikelihood / count,
          validated,
          kineticEnergy / count,
          forwardEvaluations / count,
          backwardEvaluations / count,
          gradientNorm / count,
          learningRate,
          recordsPerSecond,
          seconds);
    }
  }
}
