package io.lowtide.trainer.fit;

import static io.lowtide.trainer.fit.TrainingSettingDefinitions.ACTIVATION;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.AVERAGE_DECAY;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.BASE;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.BATCH_SIZE;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.CALIBRATION_FOLDS;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.CALIBRATION_FRACTION;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.CONTAMINATION;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.CROSS_CALIBRATION_BELOW;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.ENGINE;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.EXTENSION_SECONDS;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.FALSE_ALARM_BUDGET;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.GRADIENT_ACCURACY;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.GRADIENT_NORM_LIMIT;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.HIDDEN_UNITS;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.ITERATIONS;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.JACOBIAN_PENALTY;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.KINETIC_PENALTY;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.LEARNING_RATE;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.MAXIMUM_SECONDS;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.MIXTURE_COMPONENTS;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.MIXTURE_ITERATIONS;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.MIXTURE_KERNELS;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.MIXTURE_KINETIC_PENALTY;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.MIXTURE_SMOOTHING;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.PATIENCE;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.PROBE;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.SCORING_ACCURACY;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.SCORING_MAXIMUM_EVALUATIONS;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.SCORING_SOLVER;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.SCORING_TOLERANCE;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.SEED;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.SHARDS;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.SMOOTHING;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.TRACE;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.TRAINING_TOLERANCE;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.VALIDATION_FRACTION;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.WARM_UP_ITERATIONS;
import static io.lowtide.trainer.fit.TrainingSettingDefinitions.WEIGHT_DECAY;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.kafka.settings.BudgetSettings;
import io.lowtide.kafka.settings.Settings;
import io.lowtide.kafka.settings.SettingsException;
import io.lowtide.kafka.settings.SettingsSources;
import io.lowtide.trainer.engine.ProbeDistribution;
import io.lowtide.trainer.engine.TraceMode;
import io.lowtide.trainer.engine.TrainingEngine;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.AbstractConfig;

/** How a flow is trained, checked. */
public final class TrainingSettings {

  /** Variances of about .003, .01, .03, .1 and .3. */
  private static final List<Double> MIXTURE_SMOOTHINGS = List.of(0.055, 0.1, 0.17, 0.32, 0.55);

  private final SettingsSources sources;
  private final Settings settings;
  private final AbstractConfig values;

  private TrainingSettings(SettingsSources sources) {
    this.sources = sources;
    this.settings = TrainingSettingDefinitions.ALL.check(sources);
    this.values = settings.values();
  }

  /**
   * Checks and adopts settings; what is not named has its default.
   *
   * @throws SettingsException if a name is unknown, a value is invalid, or two values contradict
   *     each other; it lists all of these
   */
  public static TrainingSettings of(SettingsSources sources) {
    TrainingSettings adopted = new TrainingSettings(sources);
    List<String> contradictions = FALSE_ALARM_BUDGET.contradictions(adopted.settings);
    if (!contradictions.isEmpty()) {
      throw new SettingsException(contradictions);
    }
    return adopted;
  }

  /** Checks and adopts settings given by name. */
  public static TrainingSettings of(Map<String, String> named) {
    return of(SettingsSources.none().with(named, "settings"));
  }

  /**
   * Settings as {@link #asMap} tells them.
   *
   * @throws SettingsException as of {@link #of(Map)}
   */
  public static TrainingSettings ofReport(Map<String, String> reported) {
    Map<String, String> written = ReportedSettings.asWritten(reported);
    if (written.containsKey(BudgetSettings.ALERTS_PER_HOUR)) {
      // The share is then a default that nobody stated.
      written.remove(TrainingSettingDefinitions.BUDGET);
    }
    return of(SettingsSources.none().with(written, "report"));
  }

  /** Every setting with its value, for reports and to tell whether two runs are alike. */
  public Map<String, String> asMap() {
    Map<String, String> map = new TreeMap<>();
    values.values().forEach((name, value) -> map.put(name, String.valueOf(value)));
    return map;
  }

  /** Name of the engine, or {@code auto}. */
  public String engine() {
    return values.getString(ENGINE);
  }

  /** Shape of the field of a flow over what an encoder makes of records. */
  FieldShape fieldShape(FeatureEncoder encoder) {
    return new FieldShape(
        encoder.dimensions(), encoder.contextDimensions(), hiddenUnits(), activation());
  }

  public List<Integer> hiddenUnits() {
    return values.getList(HIDDEN_UNITS).stream().map(String::strip).map(Integer::valueOf).toList();
  }

  public Activation activation() {
    return Activation.valueOf(upperCase(ACTIVATION));
  }

  /** What a flow starts from: {@code auto}, {@code normal} or {@code mixture}. */
  public String base() {
    return values.getString(BASE);
  }

  /** Components of a mixture at most. */
  public int mixtureComponents() {
    return values.getInt(MIXTURE_COMPONENTS);
  }

  /** Kernels beside a mixture at most; 0: none. */
  public int mixtureKernels() {
    return values.getInt(MIXTURE_KERNELS);
  }

  /** {@link #smoothing} where a flow starts from a mixture: what to choose from, ascending. */
  public List<Double> mixtureSmoothings() {
    Double stated = values.getDouble(MIXTURE_SMOOTHING);
    return stated == null ? MIXTURE_SMOOTHINGS : List.of(stated);
  }

  /** The same settings with those that hold where a flow starts from a mixture. */
  TrainingSettings fromMixture() {
    return with(ITERATIONS, Math.min(iterations(), values.getInt(MIXTURE_ITERATIONS)))
        .with(KINETIC_PENALTY, values.getDouble(MIXTURE_KINETIC_PENALTY));
  }

  public int iterations() {
    return values.getInt(ITERATIONS);
  }

  /**
   * When a fit goes on for further rounds. What somebody states goes before what is taken unasked:
   * a number of iterations, too, is then all there are.
   */
  Extension extension(TrainingEngine engine) {
    Double stated = values.getDouble(EXTENSION_SECONDS);
    boolean iterationsAreStated =
        settings.isWritten(ITERATIONS) || settings.isWritten(MIXTURE_ITERATIONS);
    double unasked = iterationsAreStated ? 0 : Extension.unaskedSeconds(engine);
    return new Extension(stated == null ? unasked : stated, engine.nominalSpeed());
  }

  /** The same settings with this budget for further rounds. */
  TrainingSettings withExtension(Extension extension) {
    return with(EXTENSION_SECONDS, extension.seconds());
  }

  public int batchSize() {
    return values.getInt(BATCH_SIZE);
  }

  public int shards() {
    return values.getInt(SHARDS);
  }

  /** The same settings without shards: a batch is solved by one thread. */
  TrainingSettings withoutShards() {
    return with(SHARDS, 1);
  }

  /** The same settings with another time limit. */
  TrainingSettings withMaximumSeconds(double seconds) {
    return with(MAXIMUM_SECONDS, seconds);
  }

  /** The same settings with another number of iterations. */
  public TrainingSettings withIterations(int iterations) {
    return with(ITERATIONS, iterations);
  }

  /** The same settings with the hidden layers of a field. */
  TrainingSettings withShapeOf(FieldShape shape) {
    String units =
        shape.hiddenUnits().stream().map(String::valueOf).collect(Collectors.joining(","));
    return with(HIDDEN_UNITS, units)
        .with(ACTIVATION, shape.activation().name().toLowerCase(Locale.ROOT));
  }

  /** The same settings with this false-alarm budget, unless somebody stated one. */
  public TrainingSettings withBudgetUnlessStated(double budget) {
    boolean stated =
        settings.isWritten(TrainingSettingDefinitions.BUDGET)
            || settings.isWritten(BudgetSettings.ALERTS_PER_HOUR);
    return stated ? this : with(TrainingSettingDefinitions.BUDGET, budget);
  }

  private TrainingSettings with(String name, Object value) {
    return of(sources.with(Map.of(name, value.toString()), "derived"));
  }

  public double learningRate() {
    return values.getDouble(LEARNING_RATE);
  }

  public int warmUpIterations() {
    return values.getInt(WARM_UP_ITERATIONS);
  }

  public double weightDecay() {
    return values.getDouble(WEIGHT_DECAY);
  }

  public double averageDecay() {
    return values.getDouble(AVERAGE_DECAY);
  }

  public double gradientNormLimit() {
    return values.getDouble(GRADIENT_NORM_LIMIT);
  }

  public double contamination() {
    return values.getDouble(CONTAMINATION);
  }

  public double smoothing() {
    return values.getDouble(SMOOTHING);
  }

  public TraceMode trace() {
    return TraceMode.valueOf(upperCase(TRACE));
  }

  public ProbeDistribution probe() {
    return ProbeDistribution.valueOf(upperCase(PROBE));
  }

  public double kineticPenalty() {
    return values.getDouble(KINETIC_PENALTY);
  }

  public double jacobianPenalty() {
    return values.getDouble(JACOBIAN_PENALTY);
  }

  public double trainingTolerance() {
    return values.getDouble(TRAINING_TOLERANCE);
  }

  /** Error of a batch's gradient that a grid may have in training; 0: no grid. */
  double gradientAccuracy() {
    return values.getDouble(GRADIENT_ACCURACY);
  }

  /** Whether scores are integrated on a checked grid where that is accurate enough. */
  public boolean scoresOnGrid() {
    return values.getString(SCORING_SOLVER).equals("grid");
  }

  /** Error of the log-likelihood, in nats, that a grid keeps for 99 % of normal records. */
  public double scoringAccuracy() {
    return values.getDouble(SCORING_ACCURACY);
  }

  /** How scores are integrated where no grid is taken. */
  public SolverSettings.Adaptive adaptiveSolver() {
    double tolerance = values.getDouble(SCORING_TOLERANCE);
    ButcherTableau method =
        scoresOnGrid()
            ? ButcherTableau.DORMAND_PRINCE
            : ButcherTableau.of(values.getString(SCORING_SOLVER));
    return SolverSettings.adaptive(method, tolerance, values.getInt(SCORING_MAXIMUM_EVALUATIONS));
  }

  public double validationFraction() {
    return values.getDouble(VALIDATION_FRACTION);
  }

  public double calibrationFraction() {
    return values.getDouble(CALIBRATION_FRACTION);
  }

  public int crossCalibrationBelow() {
    return values.getInt(CROSS_CALIBRATION_BELOW);
  }

  public int calibrationFolds() {
    return values.getInt(CALIBRATION_FOLDS);
  }

  public int patience() {
    return values.getInt(PATIENCE);
  }

  /** False-alarm budget, a probability; from the rate of alerts where that is given. */
  public double budget() {
    return FALSE_ALARM_BUDGET.of(settings).orElseThrow();
  }

  public double maximumSeconds() {
    return values.getDouble(MAXIMUM_SECONDS);
  }

  public long seed() {
    return values.getLong(SEED);
  }

  private String upperCase(String name) {
    return values.getString(name).toUpperCase(Locale.ROOT);
  }
}
