package io.lowtide.trainer.fit;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowParameters;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.KernelDensity;
import io.lowtide.density.flow.PartialFlow;
import io.lowtide.density.flow.StackedDensity;
import io.lowtide.density.flow.StandardNormal;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.mixture.EncodedRecords;
import io.lowtide.trainer.mixture.KernelForm;
import io.lowtide.trainer.mixture.MixtureChoice;
import io.lowtide.trainer.mixture.MixtureForm;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a flow starts from, and what goes with that: the noise of the features, and how to train. A
 * mixture leaves the flow little to do; the less it does, the less it gives back of what the
 * mixture is better at. So it is trained for a shorter time and held more firmly.
 *
 * @param features how a record becomes numbers
 * @param mixture form of the mixture to fit; empty for none
 * @param given a base that is not fitted anew; empty for the mixture, or else the standard normal
 * @param kernels what stands beside the mixture once the flow is fitted: it would only learn to
 *     lead each record to its own
 * @param settings how to train
 */
record FlowStart(
    FeatureSpecification features,
    Optional<MixtureForm> mixture,
    Optional<BaseDensity> given,
    KernelForm kernels,
    TrainingSettings settings) {

  private static final Logger LOG = LoggerFactory.getLogger(FlowStart.class);

  private static final String AUTOMATIC = "auto";
  private static final String NORMAL = "normal";

  /**
   * Chooses by the records that are fitted to.
   *
   * @param settings how to train
   * @param source measures features
   * @param fitted those records
   */
  static FlowStart of(TrainingSettings settings, FeatureSource source, Table fitted) {
    if (!settings.base().equals(NORMAL)) {
      List<Double> smoothings = settings.mixtureSmoothings();
      FeatureSpecification features = source.of(fitted, smoothings.get(0));
      boolean automatic = settings.base().equals(AUTOMATIC);
      if (!automatic || isUnconditional(features)) {
        EncodedRecords records =
            records(settings, new TrainingData(new FeatureEncoder(features), fitted));
        Optional<MixtureChoice> choice =
            MixtureChoice.of(
                records,
                smoothings.stream()
                    .map(smoothing -> variances(source.withSmoothing(features, smoothing)))
                    .toList(),
                settings.mixtureComponents(),
                mostKernels(settings, features),
                settings.seed(),
                automatic);
        if (choice.isPresent()) {
          double smoothing = smoothings.get(choice.get().noise());
          LOG.info(
              "The flow starts from a mixture: {}, smoothed by {} standard deviations, {}",
              choice.get().form(),
              smoothing,
              choice.get().kernels());
          return new FlowStart(
              source.withSmoothing(features, smoothing),
              choice.map(MixtureChoice::form),
              Optional.empty(),
              choice.get().kernels(),
              settings.fromMixture());
        }
        if (!automatic) {
          LOG.warn(
              "base: no mixture in {} dimensions, since one component takes more numbers than a"
                  + " bundle should hold; the flow starts from the standard normal",
              records.dimensions());
        }
      }
    }
    return new FlowStart(
        source.of(fitted, settings.smoothing()),
        Optional.empty(),
        Optional.empty(),
        KernelForm.none(),
        settings);
  }

  /** Where a fit goes on from a model: what its flow starts from, and what goes with that. */
  static FlowStart given(
      TrainingSettings settings, FeatureSource source, Table fitted, BaseDensity base) {
    FeatureSpecification features = source.of(fitted, settings.smoothing());
    if (base instanceof StackedDensity stacked) {
      return new FlowStart(
          features,
          Optional.empty(),
          Optional.of(stacked.mixture()),
          KernelForm.withShare(
              stacked.share(), mostKernels(settings, features), stacked.dimensions()),
          settings.fromMixture());
    }
    return new FlowStart(
        features,
        Optional.empty(),
        Optional.of(base),
        KernelForm.none(),
        base instanceof GaussianMixture ? settings.fromMixture() : settings);
  }

  /** None where a kernel might be around an anomaly, or go with one condition and not another. */
  private static int mostKernels(TrainingSettings settings, FeatureSpecification features) {
    return isUnconditional(features) && settings.contamination() == 0
        ? settings.mixtureKernels()
        : 0;
  }

  /** What is a lump under one condition may be empty under another. */
  private static boolean isUnconditional(FeatureSpecification features) {
    return features.getCategorical().isEmpty() && features.getContext().isEmpty();
  }

  /** Of the noise. */
  private static double[] variances(FeatureSpecification features) {
    return features.getContinuous().stream()
        .mapToDouble(feature -> feature.getSmoothing() * feature.getSmoothing())
        .toArray();
  }

  /** Without those that may be anomalies: a lump of them would get a component of its own. */
  private static EncodedRecords records(TrainingSettings settings, TrainingData training) {
    List<Integer> kept = new TrimmedRecords(training, settings.contamination()).kept();
    return training.encoded(kept, new SplittableRandom(settings.seed()));
  }

  /** What a flow is fitted from to these records. */
  BaseDensity base(TrainingData training) {
    return given.orElseGet(
        () ->
            mixture
                .<BaseDensity>map(form -> form.fit(records(settings, training), settings.seed()))
                .orElseGet(() -> new StandardNormal(training.dimensions())));
  }

  /**
   * A flow that was fitted to these records, with kernels around where it leads them, if there are
   * to be any.
   */
  FlowParameters withKernels(FlowParameters fitted, TrainingData training) {
    if (kernels.share() == 0 || !(fitted.base() instanceof GaussianMixture itsMixture)) {
      return fitted;
    }
    EncodedRecords records = kernels.sample(records(settings, training), settings.seed());
    PartialFlow flow = Flow.of(fitted, settings.adaptiveSolver()).newPartialFlow();
    double[][] led =
        Arrays.stream(records.rows())
            .filter(row -> leads(flow, row, training.encoder()))
            .map(row -> position(flow, row.length))
            .toArray(double[][]::new);
    if (led.length == 0) {
      return fitted;
    }
    KernelDensity density =
        kernels.around(new EncodedRecords(led, records.variances()), itsMixture);
    return new FlowParameters(
        fitted.field(), new StackedDensity(itsMixture, density, kernels.share()));
  }

  /** Under its context, which says nothing but what values it lacks: others have no kernels. */
  private static boolean leads(PartialFlow flow, double[] row, FeatureEncoder encoder) {
    double[] context = new double[encoder.contextDimensions()];
    encoder.encodeContext(row, context);
    flow.setContext(context);
    return flow.score(row) == SolveStatus.COMPLETED;
  }

  /** Not a number for a value that is missing. */
  private static double[] position(PartialFlow flow, int dimensions) {
    double[] position = new double[dimensions];
    flow.copyPosition(position);
    return position;
  }
}
