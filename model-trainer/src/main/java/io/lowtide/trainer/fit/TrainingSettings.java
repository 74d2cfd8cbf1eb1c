package io.lowtide.trainer.fit;

import io.lowtide.density.field.Activation;
import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.config.NearestName;
import io.lowtide.trainer.field.ProbeDistribution;
import io.lowtide.trainer.field.TraceMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/** How a flow is trained; {@code docs/training-settings.md} is generated from it. */
public final class TrainingSettings {

  private static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              "hidden.units",
              Type.LIST,
              "64,64",
              Importance.HIGH,
              "Units of each hidden layer, separated by commas.")
          .define(
              "activation",
              Type.STRING,
              "tanh",
              ValidString.in("tanh", "softplus"),
              Importance.LOW,
              "Activation of the hidden layers.")
          .define(
              "iterations",
              Type.INT,
              1500,
              Range.atLeast(1),
              Importance.HIGH,
              "Parameter updates at most; early stopping may end before.")
          .define(
              "batch.size",
              Type.INT,
              256,
              Range.atLeast(1),
              Importance.MEDIUM,
              "Records in a batch; fewer where there are fewer training records.")
          .define(
              "shards",
              Type.INT,
              2,
              Range.between(1, 256),
              Importance.MEDIUM,
              "Shards that a batch is cut into, each solved by a thread of its own. The result"
                  + " depends on it, and is the same for the same number.")
          .define(
              "learning.rate",
              Type.DOUBLE,
              1e-2,
              Range.between(1e-8, 1),
              Importance.MEDIUM,
              "Adam's step size after warm-up; from there it decays along a cosine.")
          .define(
              "warm.up.iterations",
              Type.INT,
              50,
              Range.atLeast(0),
              Importance.LOW,
              "Iterations over which the learning rate rises from zero.")
          .define(
              "weight.decay",
              Type.DOUBLE,
              0,
              Range.between(0, 1),
              Importance.LOW,
              "Decoupled weight decay of Adam, per unit of learning rate.")
          .define(
              "average.decay",
              Type.DOUBLE,
              0.99,
              Range.between(0, 0.9999),
              Importance.LOW,
              "Decay, per iteration, of the moving average of the parameters that validation and"
                  + " the model use; 0: the parameters themselves.")
          .define(
              "gradient.norm.limit",
              Type.DOUBLE,
              5,
              Range.atLeast(1e-6),
              Importance.LOW,
              "Gradients longer than this are shortened to it.")
          .define(
              "contamination",
              Type.DOUBLE,
              0,
              Range.between(0, 0.25),
              Importance.HIGH,
              "Share of the records that may be anomalies. So many of them, the least probable"
                  + " ones, take no part in the calibration: the false-alarm budget is then that of"
                  + " the records that remain. Twice as many take no part in the fit, to be surer"
                  + " of those that are.")
          .define(
              "smoothing",
              Type.DOUBLE,
              0.2,
              Range.between(0, 10),
              Importance.HIGH,
              "Standard deviation of the Gaussian noise added to each standardised value in"
                  + " training. More makes the density smoother, less shows finer structure.")
          .define(
              "trace",
              Type.STRING,
              "exact",
              ValidString.in("exact", "hutchinson"),
              Importance.LOW,
              "How the divergence is found in training: exact, or estimated with one probe per"
                  + " batch. Scores are always exact.")
          .define(
              "probe",
              Type.STRING,
              "rademacher",
              ValidString.in("rademacher", "gaussian"),
              Importance.LOW,
              "Distribution of the probes.")
          .define(
              "kinetic.penalty",
              Type.DOUBLE,
              0.05,
              Range.between(0, 1000),
              Importance.MEDIUM,
              "Factor of the kinetic-energy penalty, which makes scores cheaper.")
          .define(
              "jacobian.penalty",
              Type.DOUBLE,
              0.03,
              Range.between(0, 1000),
              Importance.LOW,
              "Factor of the Jacobian penalty, which makes the flow smoother, and scores cheaper.")
          .define(
              "training.tolerance",
              Type.DOUBLE,
              1e-3,
              Range.between(1e-12, 0.1),
              Importance.LOW,
              "Relative and absolute tolerance of the solver in training.")
          .define(
              "scoring.solver",
              Type.STRING,
              "grid",
              ValidString.in("grid", "dopri5", "tsit5"),
              Importance.MEDIUM,
              "How scores are integrated: on a grid of Adams' methods with as few steps as"
                  + " scoring.accuracy allows, each step checked, with dopri5 where one fails the"
                  + " check; or adaptively.")
          .define(
              "scoring.accuracy",
              Type.DOUBLE,
              0.01,
              Range.between(1e-6, 10),
              Importance.MEDIUM,
              "Error of the log-likelihood, in nats, that the grid keeps for 99 % of normal"
                  + " records.")
          .define(
              "scoring.tolerance",
              Type.DOUBLE,
              1e-5,
              Range.between(1e-12, 0.1),
              Importance.MEDIUM,
              "Relative and absolute tolerance of adaptive integration in scores.")
          .define(
              "scoring.maximum.evaluations",
              Type.INT,
              1000,
              Range.atLeast(20),
              Importance.LOW,
              "Evaluations of the vector field after which a record counts as unscorable.")
          .define(
              "validation.fraction",
              Type.DOUBLE,
              0.1,
              Range.between(0.01, 0.5),
              Importance.LOW,
              "Share of the records that decides when to stop.")
          .define(
              "calibration.fraction",
              Type.DOUBLE,
              0.2,
              Range.between(0.01, 0.5),
              Importance.MEDIUM,
              "Share of the records kept for calibration.")
          .define(
              "cross.calibration.below",
              Type.INT,
              1500,
              Range.atLeast(0),
              Importance.MEDIUM,
              "Tables with fewer records give none of them away to validation and calibration:"
                  + " each record is scored by a flow that was fitted without it, and the flow"
                  + " that serves is fitted to all. It takes one training more than"
                  + " calibration.folds.")
          .define(
              "calibration.folds",
              Type.INT,
              4,
              Range.between(2, 50),
              Importance.LOW,
              "Parts into which such a small table is cut.")
          .define(
              "patience",
              Type.INT,
              20,
              Range.atLeast(1),
              Importance.LOW,
              "Validations without improvement after which training stops.")
          .define(
              "budget",
              Type.DOUBLE,
              0.01,
              Range.between(1e-9, 0.5),
              Importance.HIGH,
              "False-alarm budget that goes into the model: an alert when p is at most this. It"
                  + " needs 1 / budget - 1 calibration records.")
          .define(
              "alerts.per.hour",
              Type.DOUBLE,
              0,
              Range.atLeast(0),
              Importance.MEDIUM,
              "Another way to state the budget: false alarms in an hour of normal records. With"
                  + " records.per.hour it replaces budget, by their ratio; 0: not used.")
          .define(
              "records.per.hour",
              Type.DOUBLE,
              0,
              Range.atLeast(0),
              Importance.MEDIUM,
              "Records that the stream carries in an hour; needed with alerts.per.hour.")
          .define(
              "maximum.seconds",
              Type.DOUBLE,
              0,
              Range.atLeast(0),
              Importance.MEDIUM,
              "Wall-clock time after which training ends with the best parameters so far; the"
                  + " result then depends on the machine. A table that is calibrated by folds"
                  + " shares it among them. 0: no limit.")
          .define(
              "seed",
              Type.LONG,
              1,
              Importance.MEDIUM,
              "Seed of every random choice: the same seed, data and machine give the same model.");

  private final AbstractConfig values;
  private final List<Integer> hiddenUnits;

  private TrainingSettings(AbstractConfig values) {
    this.values = values;
    this.hiddenUnits =
        values.getList("hidden.units").stream().map(TrainingSettings::units).toList();
    if (hiddenUnits.isEmpty()) {
      throw new ConfigException("hidden.units", "", "expected at least one layer");
    }
    double alerts = values.getDouble("alerts.per.hour");
    if (alerts > 0 && !(values.getDouble("records.per.hour") >= 2 * alerts)) {
      throw new ConfigException(
          "records.per.hour",
          values.getDouble("records.per.hour"),
          "expected at least twice alerts.per.hour, which is " + alerts);
    }
  }

  private static int units(String text) {
    try {
      int units = Integer.parseInt(text.trim());
      if (units > 0) {
        return units;
      }
    } catch (NumberFormatException e) {
      // Reported with the value below.
    }
    throw new ConfigException("hidden.units", text, "expected positive whole numbers");
  }

  /**
   * Reads settings; what is not named has its default.
   *
   * @throws ConfigException if a name is unknown or a value is out of range
   */
  public static TrainingSettings of(Map<String, String> named) {
    for (String name : new TreeSet<>(named.keySet())) {
      if (!DEFINITION.names().contains(name)) {
        throw new ConfigException(
            "unknown training setting \""
                + name
                + "\"; did you mean \""
                + NearestName.of(name, DEFINITION.names())
                + "\"?");
      }
    }
    if (named.containsKey("budget") && named.containsKey("alerts.per.hour")) {
      throw new ConfigException(
          "budget and alerts.per.hour both state the false-alarm budget; expected one of them");
    }
    return new TrainingSettings(new AbstractConfig(DEFINITION, named, false));
  }

  /** Every setting as a Markdown table. */
  public static String documentation() {
    StringBuilder table = new StringBuilder("| setting | default | meaning |\n|---|---|---|\n");
    for (String name : DEFINITION.names()) {
      ConfigDef.ConfigKey key = DEFINITION.configKeys().get(name);
      Object value = key.defaultValue;
      String text =
          value instanceof List<?> list
              ? String.join(",", list.stream().map(String::valueOf).toList())
              : String.valueOf(value);
      table
          .append("| `")
          .append(name)
          .append("` | `")
          .append(text)
          .append("` | ")
          .append(key.documentation)
          .append(" |\n");
    }
    return table.toString();
  }

  /** Every setting with its value, for reports and to tell whether two runs are alike. */
  public Map<String, String> asMap() {
    Map<String, String> map = new TreeMap<>();
    values.values().forEach((name, value) -> map.put(name, String.valueOf(value)));
    return map;
  }

  public List<Integer> hiddenUnits() {
    return hiddenUnits;
  }

  public Activation activation() {
    return Activation.valueOf(upperCase("activation"));
  }

  public int iterations() {
    return values.getInt("iterations");
  }

  public int batchSize() {
    return values.getInt("batch.size");
  }

  public int shards() {
    return values.getInt("shards");
  }

  /** The same settings without shards: a batch is solved by one thread. */
  TrainingSettings withoutShards() {
    return with("shards", 1);
  }

  /** The same settings with another time limit. */
  TrainingSettings withMaximumSeconds(double seconds) {
    return with("maximum.seconds", seconds);
  }

  private TrainingSettings with(String name, Object value) {
    Map<String, Object> changed = new TreeMap<>(values.originals());
    changed.put(name, value);
    return new TrainingSettings(new AbstractConfig(DEFINITION, changed, false));
  }

  public double learningRate() {
    return values.getDouble("learning.rate");
  }

  public int warmUpIterations() {
    return values.getInt("warm.up.iterations");
  }

  public double weightDecay() {
    return values.getDouble("weight.decay");
  }

  public double averageDecay() {
    return values.getDouble("average.decay");
  }

  public double gradientNormLimit() {
    return values.getDouble("gradient.norm.limit");
  }

  public double contamination() {
    return values.getDouble("contamination");
  }

  public double smoothing() {
    return values.getDouble("smoothing");
  }

  public TraceMode trace() {
    return TraceMode.valueOf(upperCase("trace"));
  }

  public ProbeDistribution probe() {
    return ProbeDistribution.valueOf(upperCase("probe"));
  }

  public double kineticPenalty() {
    return values.getDouble("kinetic.penalty");
  }

  public double jacobianPenalty() {
    return values.getDouble("jacobian.penalty");
  }

  public double trainingTolerance() {
    return values.getDouble("training.tolerance");
  }

  /** Whether scores are integrated on a checked grid where that is accurate enough. */
  public boolean scoresOnGrid() {
    return values.getString("scoring.solver").equals("grid");
  }

  /** Error of the log-likelihood, in nats, that a grid keeps for 99 % of normal records. */
  public double scoringAccuracy() {
    return values.getDouble("scoring.accuracy");
  }

  /** How scores are integrated where no grid is taken. */
  public SolverSettings.Adaptive adaptiveSolver() {
    double tolerance = values.getDouble("scoring.tolerance");
    ButcherTableau method =
        scoresOnGrid()
            ? ButcherTableau.DORMAND_PRINCE
            : ButcherTableau.of(values.getString("scoring.solver"));
    return SolverSettings.adaptive(method, tolerance, values.getInt("scoring.maximum.evaluations"));
  }

  public double validationFraction() {
    return values.getDouble("validation.fraction");
  }

  public double calibrationFraction() {
    return values.getDouble("calibration.fraction");
  }

  public int crossCalibrationBelow() {
    return values.getInt("cross.calibration.below");
  }

  public int calibrationFolds() {
    return values.getInt("calibration.folds");
  }

  public int patience() {
    return values.getInt("patience");
  }

  /** False-alarm budget, a probability; from the rate of alerts where that is given. */
  public double budget() {
    double alerts = values.getDouble("alerts.per.hour");
    return alerts > 0 ? alerts / values.getDouble("records.per.hour") : values.getDouble("budget");
  }

  public double maximumSeconds() {
    return values.getDouble("maximum.seconds");
  }

  public long seed() {
    return values.getLong("seed");
  }

  private String upperCase(String name) {
    return values.getString(name).toUpperCase(Locale.ROOT);
  }
}
