package io.lowtide.density.bundle;

import io.lowtide.density.bundle.BundleException.Reason;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.feature.ValueLayout;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.VectorFields;
import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.StackedDensity;
import io.lowtide.density.flow.StandardNormal;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.schemas.DateOrder;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.Lineage;
import io.lowtide.schemas.Presence;
import io.lowtide.schemas.Probe;
import io.lowtide.schemas.Provenance;
import io.lowtide.schemas.Solver;
import io.lowtide.schemas.TrainingSummary;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A model bundle that passed every check: format version, hash, shapes, finite numbers, probe
 * scores. Immutable, shared by all threads.
 */
public final class ModelBundle {

  /** The latest format version that this code reads. */
  public static final int FORMAT_VERSION = 8;

  /** Of a model whose base is a mixture, and no more than that. */
  private static final int MIXTURE_FORMAT_VERSION = 7;

  /** The one that it writes where the base is the standard normal, but the features are new. */
  private static final int FEATURES_FORMAT_VERSION = 6;

  /** The one that it writes where an application from before both reads the same. */
  private static final int COMMON_FORMAT_VERSION = 5;

  /** The earliest format version that this code reads: what it says means the same today. */
  private static final int FIRST_FORMAT_VERSION = 2;

  private final DensityModel model;
  private final FieldParameters parameters;
  private final FeatureEncoder encoder;
  private final Flow flow;
  private final ConformalCalibration calibration;

  private ModelBundle(DensityModel model) throws BundleException {
    this.model = model;
    this.parameters = FieldMapper.fromAvro(model.getField());
    try {
      this.encoder = new FeatureEncoder(model.getFeatures());
      this.flow =
          new Flow(
              VectorFields.of(parameters),
              BaseMapper.fromAvro(model.getBase(), parameters.shape().dimensions()),
              SolverMapper.fromAvro(model.getSolver()));
      this.calibration = ConformalCalibration.of(model.getCalibration());
    } catch (IllegalArgumentException e) {
      throw new BundleException(Reason.INVALID_VALUE, e.getMessage(), e);
    }
    if (encoder.dimensions() != flow.dimensions()) {
      throw new BundleException(
          Reason.SHAPE,
          "features: "
              + encoder.dimensions()
              + " continuous, expected "
              + flow.dimensions()
              + ", the dimensions of the vector field");
    }
    int ranges = calibration.expectedRanges().map(r -> r.getFactors().size()).orElse(-1);
    if (ranges >= 0 && ranges != encoder.dimensions()) {
      throw new BundleException(
          Reason.SHAPE,
          "calibration: expected ranges of "
              + ranges
              + " features, expected "
              + encoder.dimensions()
              + ", the continuous ones");
    }
    if (encoder.contextDimensions() != flow.contextDimensions()) {
      throw new BundleException(
          Reason.SHAPE,
          "features: a context of "
              + encoder.contextDimensions()
              + " entries, expected "
              + flow.contextDimensions()
              + ", the contextDimensions of the vector field");
    }
  }

  /** The earliest format version that says all of a specification and a base density. */
  static int formatVersionOf(FeatureSpecification features, BaseDensity base) {
    if (!(base instanceof StandardNormal)) {
      return base instanceof StackedDensity ? FORMAT_VERSION : MIXTURE_FORMAT_VERSION;
    }
    boolean isNew =
        features.getContinuous().stream().anyMatch(feature -> feature.getDifference() != 0)
            || features.getContext().stream()
                .anyMatch(
                    feature ->
                        !feature.getZone().isEmpty()
                            || feature.getDateOrder() != DateOrder.UNSTATED
                            || feature.getPresence() != Presence.REQUIRED);
    return isNew ? FEATURES_FORMAT_VERSION : COMMON_FORMAT_VERSION;
  }

  /**
   * Checks a bundle.
   *
   * @throws BundleException if it fails a check
   */
  public static ModelBundle of(DensityModel model) throws BundleException {
    BundleHash.require(model);
    return ofHashed(model);
  }

  /** Checks everything but the hash, which was checked under the schema it was written with. */
  static ModelBundle ofHashed(DensityModel model) throws BundleException {
    int version = model.getFormatVersion();
    if (version < FIRST_FORMAT_VERSION || version > FORMAT_VERSION) {
      throw new BundleException(
          Reason.FORMAT_VERSION,
          version + ", expected " + FIRST_FORMAT_VERSION + " to " + FORMAT_VERSION);
    }
    ModelBundle bundle = new ModelBundle(model);
    bundle.requireProbes();
    return bundle;
  }

  private void requireProbes() throws BundleException {
    if (model.getProbes().isEmpty()) {
      throw new BundleException(Reason.SHAPE, "probes: none, expected at least one");
    }
    ValueScorer scorer = new ValueScorer(encoder, flow);
    ValueLayout layout = encoder.layout();
    for (int i = 0; i < model.getProbes().size(); i++) {
      Probe probe = model.getProbes().get(i);
      requireLength(i, "values", probe.getValues().size(), layout.numbers());
      requireLength(i, "categories", probe.getCategories().size(), layout.categories());
      requireLength(i, "context", probe.getContext().size(), encoder.contextDimensions());
      SolveStatus status = score(scorer, probe);
      double difference = Math.abs(scorer.logLikelihood() - probe.getLogLikelihood());
      if (status != SolveStatus.COMPLETED || !(difference <= probeTolerance(probe))) {
        throw new BundleException(
            Reason.PROBE_MISMATCH,
            "probes["
                + i
                + "]: log-likelihood "
                + (status == SolveStatus.COMPLETED ? scorer.logLikelihood() : status)
                + ", expected "
                + probe.getLogLikelihood()
                + " within "
                + probeTolerance(probe));
      }
    }
  }

  /**
   * Largest difference between what the probes score here and what the trainer says that they do,
   * in nats: not 0 where another kernel rounds otherwise, and within what this reader tolerates.
   */
  public double largestProbeDifference() {
    ValueScorer scorer = new ValueScorer(encoder, flow);
    double largest = 0;
    for (Probe probe : model.getProbes()) {
      score(scorer, probe);
      largest = Math.max(largest, Math.abs(scorer.logLikelihood() - probe.getLogLikelihood()));
    }
    return largest;
  }

  private static void requireLength(int probe, String what, int length, int expected)
      throws BundleException {
    if (length != expected) {
      throw new BundleException(
          Reason.SHAPE, "probes[" + probe + "]: " + length + " " + what + ", expected " + expected);
    }
  }

  private SolveStatus score(ValueScorer scorer, Probe probe) {
    return scorer.score(
        values(probe), probe.getContext().stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** One for each of the encoder's inputs up to the context features. */
  private double[] values(Probe probe) {
    ValueLayout layout = encoder.layout();
    double[] values = new double[layout.scoredSize()];
    for (int i = 0; i < layout.numbers(); i++) {
      values[i] = probe.getValues().get(i);
    }
    for (int i = 0; i < layout.categories(); i++) {
      String text = probe.getCategories().get(i);
      int index = layout.indexOfCategory(i);
      values[index] =
          text == null ? Double.NaN : encoder.inputs().get(index).levels().indexOf(text);
    }
    return values;
  }

  /** Two kernels may round differently, and so take other steps: some hundred tolerances apart. */
  private double probeTolerance(Probe probe) {
    Solver solver = model.getSolver();
    double tolerance =
        solver.getAbsoluteTolerance()
            + solver.getRelativeTolerance() * Math.abs(probe.getLogLikelihood());
    return Math.max(1e-3, 100 * tolerance);
  }

  /** Name of the detector. */
  public String detector() {
    return model.getDetector();
  }

  /** Version of the model, unique within the detector. */
  public String version() {
    return model.getModelVersion();
  }

  /** The bundle as it is stored and sent; not to be changed. */
  public DensityModel record() {
    return model;
  }

  /**
   * SHA-256 (lower-case hex) of what the model is, without when and why it was made: its version,
   * its times, the name of its source and its lineage are left out. The same data, settings, seed
   * and engine give the same.
   */
  public String contentSha256() {
    return BundleHash.of(
        DensityModel.newBuilder(model)
            .setModelVersion("")
            .setCreatedAt(Instant.EPOCH)
            .setTraining(TrainingSummary.newBuilder(model.getTraining()).setSeconds(0).build())
            .setProvenance(
                Provenance.newBuilder(model.getProvenance()).setSource("").setLineage(null).build())
            .build());
  }

  /**
   * The same density under another version, with another calibration.
   *
   * @param version unique within the detector
   * @param createdAt when it was calibrated
   * @param scores fitted on scores of this density
   * @param training what training did
   * @param provenance where the data and the code come from
   * @throws BundleException if the result fails a check
   */
  public ModelBundle recalibrated(
      String version,
      Instant createdAt,
      ConformalCalibration scores,
      TrainingSummary training,
      Provenance provenance)
      throws BundleException {
    return hashed(
        DensityModel.newBuilder(model)
            .setModelVersion(version)
            .setCreatedAt(createdAt.truncatedTo(ChronoUnit.MILLIS))
            .setCalibration(scores.toAvro())
            .setTraining(training)
            .setProvenance(provenance)
            .build());
  }

  /**
   * The same model without the kernels beside its mixture, as if they had no share; itself where
   * there are none. They are around records of its training, which are therefore more probable than
   * others: what such records are to calibrate must not have them.
   *
   * @throws BundleException if the result fails a check
   */
  public ModelBundle withoutKernels() throws BundleException {
    if (!(flow.base() instanceof StackedDensity stacked)) {
      return this;
    }
    ValueScorer scorer =
        new ValueScorer(encoder, new Flow(flow.field(), stacked.mixture(), flow.solver()));
    List<Probe> probes = new ArrayList<>();
    for (Probe probe : model.getProbes()) {
      score(scorer, probe);
      probes.add(Probe.newBuilder(probe).setLogLikelihood(scorer.logLikelihood()).build());
    }
    return hashed(
        DensityModel.newBuilder(model)
            .setFormatVersion(formatVersionOf(model.getFeatures(), stacked.mixture()))
            .setBase(BaseMapper.toAvro(stacked.mixture()))
            .setProbes(probes)
            .build());
  }

  private static ModelBundle hashed(DensityModel model) throws BundleException {
    return of(DensityModel.newBuilder(model).setSha256(BundleHash.of(model)).build());
  }

  /** The same model, which says how a retraining came to publish it. */
  public ModelBundle withLineage(Lineage lineage) throws BundleException {
    return hashed(
        DensityModel.newBuilder(model)
            .setProvenance(Provenance.newBuilder(model.getProvenance()).setLineage(lineage).build())
            .build());
  }

  /** How a record becomes numbers. */
  public FeatureEncoder encoder() {
    return encoder;
  }

  /** The parameters of the vector field. */
  public FieldParameters parameters() {
    return parameters;
  }

  /** The density of the encoded records. */
  public Flow flow() {
    return flow;
  }

  /** From conformity score to p-value. */
  public ConformalCalibration calibration() {
    return calibration;
  }

  /**
   * Whether log-likelihoods of another bundle are of the same units: densities of other fields, or
   * of a constant beside a number, are not.
   */
  public boolean scoresTheSame(ModelBundle other) {
    return scored(record().getFeatures()).equals(scored(other.record().getFeatures()));
  }

  private static Set<String> scored(FeatureSpecification features) {
    Set<String> scored = new HashSet<>();
    features
        .getContinuous()
        .forEach(f -> scored.add("number " + f.getName() + " " + f.getDifference()));
    features.getConstants().forEach(f -> scored.add("constant " + f.getName()));
    features.getCategorical().forEach(f -> scored.add("category " + f.getName()));
    return scored;
  }
}
