package io.lowtide.trainer.fit;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.flow.FlowParameters;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.EngineSelection;
import io.lowtide.trainer.engine.TrainingEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fits to every record, and scores each one by a flow that was fitted without it (cross-conformal
 * prediction; Vovk 2015, Annals of Mathematics and Artificial Intelligence 74): for tables too
 * small to give records away. The number of iterations is where the mean negative log-likelihood of
 * the records left out is least. The flows that score the calibration records have seen fewer
 * records than the one that serves, so the false-alarm rate errs on the low side.
 */
final class CrossFitting {

  private static final Logger LOG = LoggerFactory.getLogger(CrossFitting.class);

  private final EngineSelection engines;
  private final TrainingSettings settings;
  private final FeatureSource featureSource;
  private final Consumer<EpochReport> listener;

  /**
   * @param listener hears how the first fold and then the flow that serves are trained
   */
  CrossFitting(
      EngineSelection engines,
      TrainingSettings settings,
      FeatureSource featureSource,
      Consumer<EpochReport> listener) {
    this.engines = engines;
    this.settings = settings;
    this.featureSource = featureSource;
    this.listener = listener;
  }

  /**
   * Fits.
   *
   * @param shuffled records in random order
   * @param checkpoints where progress is kept
   */
  CalibratedFlow fit(Table shuffled, Optional<Checkpoints> checkpoints) {
    FlowStart start = FlowStart.of(settings, featureSource, shuffled);
    FeatureSpecification features = start.features();
    FeatureEncoder encoder = new FeatureEncoder(features);
    TrainingEngine engine = engines.forShape(settings.fieldShape(encoder));
    List<Fold> folds =
        IntStream.range(0, settings.calibrationFolds())
            .mapToObj(index -> new Fold(shuffled, index))
            .toList();
    LOG.info(
        "{} records: fitting {} flows, each without its share of them, to calibrate and to find when"
            + " to stop",
        shuffled.size(),
        folds.size());
    fitAll(engine, folds, start, encoder, checkpoints);
    List<EpochReport> history = meanHistory(folds);
    EpochReport best =
        Collections.min(
            history, Comparator.comparingDouble(EpochReport::validationNegativeLogLikelihood));
    LOG.info("Fitting the flow that serves to all records, {} iterations", best.iteration());
    TrainingData records = new TrainingData(encoder, shuffled);
    FittedFlow flow;
    try (FlowFitter fitter =
        new FlowFitter(
            engine,
            start.settings().withMaximumSeconds(secondsForEach(engine)),
            start.base(records),
            records,
            Optional.empty())) {
      flow = fitter.fit(checkpoints.map(files -> files.of("", engine)), best.iteration(), listener);
    }
    int bestIndex = history.indexOf(best);
    List<double[]> heldOut = new ArrayList<>();
    List<double[]> ofFolds = new ArrayList<>();
    for (Fold fold : folds) {
      List<double[]> rows = HeldOutScores.rows(encoder, fold.leftOut);
      heldOut.addAll(rows);
      FlowParameters atBest = start.withKernels(fold.fit.trajectory().get(bestIndex), fold.records);
      ofFolds.add(HeldOutScores.of(features, atBest, settings.adaptiveSolver(), rows));
    }
    FlowParameters serving = start.withKernels(flow.parameters(), records);
    return new CalibratedFlow(
        features,
        new FittedFlow(serving, history, best, extent(start, best), flow.setAside(), List.of()),
        engine.description(),
        settings,
        SolverChoice.of(features, serving, settings, heldOut),
        heldOut,
        joined(ofFolds),
        ofFolds.stream()
            .map(
                scores ->
                    new CalibratedFlow.Check(
                        scores, joined(ofFolds.stream().filter(o -> o != scores).toList())))
            .toList(),
        shuffled.size(),
        shuffled.size());
  }

  private static String extent(FlowStart start, EpochReport best) {
    return String.format(
        Locale.ROOT,
        "%,d iterations of %,d: where the records left out of the folds are most probable",
        best.iteration(),
        start.settings().iterations());
  }

  private static double[] joined(List<double[]> parts) {
    return parts.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  /** The time limit is shared by the rounds of folds and the flow that serves; 0: no limit. */
  private double secondsForEach(TrainingEngine engine) {
    int together = Math.min(settings.calibrationFolds(), engine.concurrentFits());
    int rounds = (settings.calibrationFolds() + together - 1) / together;
    return settings.maximumSeconds() / (rounds + 1);
  }

  /** Folds side by side, which small batches make better use of than shards. */
  private void fitAll(
      TrainingEngine engine,
      List<Fold> folds,
      FlowStart start,
      FeatureEncoder encoder,
      Optional<Checkpoints> checkpoints) {
    ExecutorService executor =
        Executors.newFixedThreadPool(Math.min(folds.size(), engine.concurrentFits()));
    try {
      List<Future<?>> fits = new ArrayList<>();
      for (Fold fold : folds) {
        fits.add(executor.submit(() -> fold.fit(engine, start, encoder, checkpoints)));
      }
      for (Future<?> fit : fits) {
        fit.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while training", e);
    } finally {
      executor.shutdownNow();
    }
  }

  /** Means over the folds, as far as the shortest of them was trained. */
  private static List<EpochReport> meanHistory(List<Fold> folds) {
    int validations =
        folds.stream().mapToInt(fold -> fold.fit.history().size()).min().orElseThrow();
    List<EpochReport> history = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (int index = 0; index < validations; index++) {
      double training = 0;
      double validation = 0;
      for (Fold fold : folds) {
        EpochReport report = fold.fit.history().get(index);
        training += report.trainNegativeLogLikelihood() / folds.size();
        validation += report.validationNegativeLogLikelihood() / folds.size();
      }
      history.add(
          folds
              .get(0)
              .fit
              .history()
              .get(index)
              .withLosses(training, validation, validation < least));
      least = Math.min(least, validation);
    }
    return history;
  }

  /** Every k-th record left out, and the flow fitted to the others. */
  private final class Fold {

    private final int index;
    private final int validationInterval;
    private final Table fitted;
    private final Table leftOut;
    private TrainingData records;
    private FittedFlow fit;

    Fold(Table table, int index) {
      int folds = settings.calibrationFolds();
      this.index = index;
      // The smallest fold's: histories that are averaged must validate at the same iterations.
      validationInterval =
          FlowFitter.validationInterval(
              settings, table.size() - (table.size() + folds - 1) / folds);
      List<double[]> inside = new ArrayList<>();
      List<double[]> outside = new ArrayList<>();
      for (int row = 0; row < table.size(); row++) {
        (row % folds == index ? outside : inside).add(table.rows()[row]);
      }
      fitted = table.withRows(inside.toArray(double[][]::new));
      leftOut = table.withRows(outside.toArray(double[][]::new));
    }

    void fit(
        TrainingEngine engine,
        FlowStart start,
        FeatureEncoder encoder,
        Optional<Checkpoints> checkpoints) {
      records = new TrainingData(encoder, fitted);
      try (FlowFitter fitter =
          new FlowFitter(
              engine,
              start.settings().withoutShards().withMaximumSeconds(secondsForEach(engine)),
              start.base(records),
              records,
              Optional.of(new TrainingData(encoder, leftOut)),
              validationInterval)) {
        fit =
            fitter
                .keepingTrajectory()
                .fit(
                    checkpoints.map(files -> files.of("fold-" + index, engine)),
                    start.settings().iterations(),
                    index == 0 ? listener : report -> {});
      }
    }
  }
}
