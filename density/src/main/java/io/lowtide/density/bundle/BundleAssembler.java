package io.lowtide.density.bundle;

import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowParameters;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.CategoryLevel;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.Probe;
import io.lowtide.schemas.Provenance;
import io.lowtide.schemas.SolverCertificate;
import io.lowtide.schemas.TrainingSummary;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Puts a trained density and what goes with it into a bundle, with probe scores and hash. */
public final class BundleAssembler {

  private final FeatureSpecification features;
  private final FlowParameters parameters;
  private final SolverSettings solver;
  private final SolverCertificate certificate;
  private final FeatureEncoder encoder;
  private final Flow flow;

  /**
   * A flow from a standard normal.
   *
   * @param features how a record becomes numbers
   * @param field the trained vector field, of as many dimensions as there are continuous features
   * @param solver how scores are integrated
   */
  public BundleAssembler(
      FeatureSpecification features, FieldParameters field, SolverSettings solver) {
    this(features, FlowParameters.fromStandardNormal(field), solver, null);
  }

  /**
   * @param features how a record becomes numbers
   * @param parameters the trained flow, of as many dimensions as there are continuous features
   * @param solver how scores are integrated
   * @param certificate what the solver was measured to do; null if it was not
   */
  public BundleAssembler(
      FeatureSpecification features,
      FlowParameters parameters,
      SolverSettings solver,
      SolverCertificate certificate) {
    this.certificate = certificate;
    this.features = features;
    this.parameters = parameters;
    this.solver = solver;
    this.encoder = new FeatureEncoder(features);
    this.flow = Flow.of(parameters, solver);
  }

  /** A scorer of this density, for calibration: the very one that serves. */
  public ValueScorer newScorer() {
    return new ValueScorer(encoder, flow);
  }

  /** This density, of encoded records. */
  public Flow flow() {
    return flow;
  }

  /** The encoder of this density. */
  public FeatureEncoder encoder() {
    return encoder;
  }

  /**
   * Completes the bundle.
   *
   * @param detector name of the detector
   * @param modelVersion version of the model, unique within the detector
   * @param createdAt when training ended
   * @param calibration fitted on scores of {@link #newScorer()}
   * @param training what training did
   * @param provenance where the data and the code come from
   * @param probeValues records to score as probes, at least one, each with one value for each of
   *     the encoder's inputs
   * @throws BundleException if the result fails a check
   */
  public ModelBundle assemble(
      String detector,
      String modelVersion,
      Instant createdAt,
      ConformalCalibration calibration,
      TrainingSummary training,
      Provenance provenance,
      List<double[]> probeValues)
      throws BundleException {
    DensityModel model =
        new DensityModel(
            ModelBundle.formatVersionOf(features, parameters.base()),
            detector,
            modelVersion,
            createdAt.truncatedTo(ChronoUnit.MILLIS),
            features,
            FieldMapper.toAvro(parameters.field()),
            BaseMapper.toAvro(parameters.base()),
            SolverMapper.toAvro(solver, certificate),
            calibration.toAvro(),
            training,
            provenance,
            probes(probeValues),
            "");
    String hash = BundleHash.of(model);
    return ModelBundle.of(DensityModel.newBuilder(model).setSha256(hash).build());
  }

  private List<Probe> probes(List<double[]> probeValues) throws BundleException {
    ValueScorer scorer = newScorer();
    List<Probe> probes = new ArrayList<>();
    for (double[] values : probeValues) {
      SolveStatus status = scorer.score(values);
      if (status != SolveStatus.COMPLETED) {
        throw new BundleException(
            BundleException.Reason.PROBE_MISMATCH,
            "probe " + probes.size() + " has no score: " + status);
      }
      probes.add(probe(values, scorer));
    }
    return probes;
  }

  private Probe probe(double[] values, ValueScorer scored) {
    List<String> categories = new ArrayList<>();
    for (int i = 0; i < encoder.categories().size(); i++) {
      double level = values[encoder.layout().indexOfCategory(i)];
      List<CategoryLevel> levels = encoder.categories().get(i).getLevels();
      categories.add(
          Double.isNaN(level)
              ? null
              : level < 0 ? noneOf(levels) : levels.get((int) level).getValue());
    }
    return new Probe(
        boxed(encoder.layout().copyOfNumbers(values)),
        categories,
        boxed(scored.context()),
        scored.logLikelihood());
  }

  /** A text longer than any level, so that it is none of them. */
  private static String noneOf(List<CategoryLevel> levels) {
    int longest = levels.stream().mapToInt(level -> level.getValue().length()).max().orElse(0);
    return "?".repeat(longest + 1);
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
