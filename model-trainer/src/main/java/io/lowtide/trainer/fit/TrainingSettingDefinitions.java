package io.lowtide.trainer.fit;

import io.lowtide.kafka.settings.BudgetSettings;
import io.lowtide.kafka.settings.SettingsDefinition;
import io.lowtide.kafka.settings.Validators;
import io.lowtide.trainer.engine.TrainingEngines;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** Every setting of training: its name, type, default, what it is, and what is expected of it. */
final class TrainingSettingDefinitions {

  static final String ENGINE = "engine";
  static final String HIDDEN_UNITS = "hidden.units";
  static final String ACTIVATION = "activation";
  static final String BASE = "base";
  static final String MIXTURE_COMPONENTS = "mixture.components";
  static final String MIXTURE_ITERATIONS = "mixture.iterations";
  static final String MIXTURE_KERNELS = "mixture.kernels";
  static final String MIXTURE_KINETIC_PENALTY = "mixture.kinetic.penalty";
  static final String MIXTURE_SMOOTHING = "mixture.smoothing";
  static final String ITERATIONS = "iterations";
  static final String EXTENSION_SECONDS = "extension.seconds";
  static final String BATCH_SIZE = "batch.size";
  static final String SHARDS = "shards";
  static final String LEARNING_RATE = "learning.rate";
  static final String WARM_UP_ITERATIONS = "warm.up.iterations";
  static final String WEIGHT_DECAY = "weight.decay";
  static final String AVERAGE_DECAY = "average.decay";
  static final String GRADIENT_NORM_LIMIT = "gradient.norm.limit";
  static final String CONTAMINATION = "contamination";
  static final String SMOOTHING = "smoothing";
  static final String TRACE = "trace";
  static final String PROBE = "probe";
  static final String KINETIC_PENALTY = "kinetic.penalty";
  static final String JACOBIAN_PENALTY = "jacobian.penalty";
  static final String TRAINING_TOLERANCE = "training.tolerance";
  static final String GRADIENT_ACCURACY = "gradient.accuracy";
  static final String SCORING_SOLVER = "scoring.solver";
  static final String SCORING_ACCURACY = "scoring.accuracy";
  static final String SCORING_TOLERANCE = "scoring.tolerance";
  static final String SCORING_MAXIMUM_EVALUATIONS = "scoring.maximum.evaluations";
  static final String VALIDATION_FRACTION = "validation.fraction";
  static final String CALIBRATION_FRACTION = "calibration.fraction";
  static final String CROSS_CALIBRATION_BELOW = "cross.calibration.below";
  static final String CALIBRATION_FOLDS = "calibration.folds";
  static final String PATIENCE = "patience";
  static final String BUDGET = "budget";
  static final String MAXIMUM_SECONDS = "maximum.seconds";
  static final String SEED = "seed";

  /** Standard deviations of noise beyond which nothing of a standardised value is left. */
  private static final int MOST_SMOOTHING = 10;

  private static final String EXTENSION =
      "Budget of further rounds of training, each as long as all before it together and beginning"
          + " with the best parameters: there is another as long as the last one made the validation"
          + " records more probable by more than "
          + Extension.LEAST_GAIN
          + " nats, beyond the standard error, and all together are within so many seconds. These are"
          + " nominal: the operations are counted, and no clock is asked (50 GFLOP/s for vector, 20"
          + " for nd4j, 1000 for cuda). A round after which a score takes more than "
          + Extension.MOST_EVALUATIONS
          + " times the evaluations of the first is undone. 0: one round. Empty: "
          + Extension.UNASKED_SECONDS
          + " for cuda and 0 for the CPU, and 0 where iterations or mixture.iterations is set. Tables"
          + " that are calibrated by folds take one round. On the CPU 20 or more pays most where the"
          + " flow starts from the standard normal.";

  /** How the false-alarm budget is stated. */
  static final BudgetSettings FALSE_ALARM_BUDGET = new BudgetSettings(BUDGET);

  /** Every setting, in the order of the documentation. */
  static final SettingsDefinition ALL =
      SettingsDefinition.complete(
          SettingsDefinition.TRAINING_ENVIRONMENT_PREFIX,
          defineEnd(FALSE_ALARM_BUDGET.defineRate(defineFit(new ConfigDef()))));

  private TrainingSettingDefinitions() {}

  private static ConfigDef defineFit(ConfigDef definition) {
    return definition
        .define(
            ENGINE,
            Type.STRING,
            TrainingEngines.AUTOMATIC,
            ValidString.in(TrainingEngines.AUTOMATIC, "vector", "nd4j", "cuda"),
            Importance.MEDIUM,
            "What training computes on: cuda, an NVIDIA GPU of compute capability 7.0 or newer;"
                + " vector, the SIMD registers of the CPU; nd4j, the CPU by the library ND4J; auto,"
                + " the GPU where there is one and it takes the field's shape, else the registers,"
                + " else the library. docs/gpu.md says more.")
        .define(
            HIDDEN_UNITS,
            Type.LIST,
            "64,64",
            Validators.positiveIntegers(),
            Importance.HIGH,
            "Units of each hidden layer, separated by commas.")
        .define(
            ACTIVATION,
            Type.STRING,
            "tanh",
            ValidString.in("tanh", "softplus"),
            Importance.LOW,
            "Activation of the hidden layers.")
        .define(
            BASE,
            Type.STRING,
            "auto",
            ValidString.in("auto", "normal", "mixture"),
            Importance.HIGH,
            "What the flow starts from: normal, the standard normal distribution; mixture, a mixture"
                + " of Gaussians that is fitted first, and that the flow bends a little; auto, the"
                + " mixture where nothing is conditioned on (no category, no context field) and"
                + " records that it was not fitted to are more probable under it, else the standard"
                + " normal.")
        .define(
            MIXTURE_COMPONENTS,
            Type.INT,
            128,
            Range.between(1, 256),
            Importance.LOW,
            "Components of a mixture at most; scores cost as much as there are. A mixture is the mean"
                + " of a coarse one, whose components are as many as cross-validation finds, and of"
                + " a fine one, with up to eight times as many, but one for each five records at"
                + " most; where there is no room for a finer one, of up to three coarse ones from"
                + " different starts.")
        .define(
            MIXTURE_KERNELS,
            Type.INT,
            2_500,
            Range.between(0, 10_000),
            Importance.LOW,
            "Training records at most that a mixture is given a narrow Gaussian around, beside its"
                + " components; 0 for none. They take the share of the density by which records are"
                + " most probable that had no part in either, and none where that is below 0.05 or"
                + " contamination is not 0. The bundle holds these records, encoded, and a score"
                + " costs more.")
        .define(
            MIXTURE_ITERATIONS,
            Type.INT,
            400,
            Range.atLeast(1),
            Importance.MEDIUM,
            "iterations where the flow starts from a mixture, which leaves it less to learn; no more"
                + " than these.")
        .define(
            MIXTURE_KINETIC_PENALTY,
            Type.DOUBLE,
            0.5,
            Range.between(0, 1000),
            Importance.LOW,
            "kinetic.penalty where the flow starts from a mixture.")
        .define(
            MIXTURE_SMOOTHING,
            Type.DOUBLE,
            null,
            Validators.positive(MOST_SMOOTHING),
            Importance.MEDIUM,
            "smoothing where the flow starts from a mixture; never 0, since a component on values"
                + " that repeat would then have no bound. Empty: of 0.055, 0.1, 0.17, 0.32 and"
                + " 0.55 the most that hides nothing: under which held-out records are told from"
                + " ones that have half of their values from others, and from ones spread evenly over"
                + " the range of the values, as well as under any less.")
        .define(
            ITERATIONS,
            Type.INT,
            1500,
            Range.atLeast(1),
            Importance.HIGH,
            "Parameter updates of the first round, at most; early stopping may end before.")
        .define(
            EXTENSION_SECONDS,
            Type.DOUBLE,
            null,
            Validators.notNegative(),
            Importance.MEDIUM,
            EXTENSION)
        .define(
            BATCH_SIZE,
            Type.INT,
            256,
            Range.atLeast(1),
            Importance.MEDIUM,
            "Records in a batch; fewer where there are fewer training records.")
        .define(
            SHARDS,
            Type.INT,
            2,
            Range.between(1, 256),
            Importance.MEDIUM,
            "Parts that a batch is cut into on the CPU, each integrated with steps of its own. The"
                + " result depends on their number, and not on how many processors there are. A GPU"
                + " has parts of its own.")
        .define(
            LEARNING_RATE,
            Type.DOUBLE,
            1e-2,
            Range.between(1e-8, 1),
            Importance.MEDIUM,
            "Adam's step size after warm-up; from there it decays along a cosine.")
        .define(
            WARM_UP_ITERATIONS,
            Type.INT,
            50,
            Range.atLeast(0),
            Importance.LOW,
            "Iterations over which the learning rate rises from zero.")
        .define(
            WEIGHT_DECAY,
            Type.DOUBLE,
            0,
            Range.between(0, 1),
            Importance.LOW,
            "Decoupled weight decay of Adam, per unit of learning rate.")
        .define(
            AVERAGE_DECAY,
            Type.DOUBLE,
            0.99,
            Range.between(0, 0.9999),
            Importance.LOW,
            "Decay, per iteration, of the moving average of the parameters that validation and"
                + " the model use; 0: the parameters themselves.")
        .define(
            GRADIENT_NORM_LIMIT,
            Type.DOUBLE,
            5,
            Range.atLeast(1e-6),
            Importance.LOW,
            "Gradients longer than this are shortened to it.")
        .define(
            CONTAMINATION,
            Type.DOUBLE,
            0,
            Range.between(0, 0.25),
            Importance.HIGH,
            "Share of the records that may be anomalies. So many of them, the least probable"
                + " ones, take no part in the calibration: the false-alarm budget is then that of"
                + " the records that remain. Twice as many take no part in the fit, to be surer"
                + " of those that are.")
        .define(
            SMOOTHING,
            Type.DOUBLE,
            0.2,
            Range.between(0, MOST_SMOOTHING),
            Importance.HIGH,
            "Standard deviation of the Gaussian noise added to each standardised value in"
                + " training. More makes the density smoother, less shows finer structure.")
        .define(
            TRACE,
            Type.STRING,
            "exact",
            ValidString.in("exact", "hutchinson"),
            Importance.LOW,
            "How the divergence is found in training: exact, or estimated with one probe per"
                + " batch. Scores are always exact.")
        .define(
            PROBE,
            Type.STRING,
            "rademacher",
            ValidString.in("rademacher", "gaussian"),
            Importance.LOW,
            "Distribution of the probes.")
        .define(
            KINETIC_PENALTY,
            Type.DOUBLE,
            0.05,
            Range.between(0, 1000),
            Importance.MEDIUM,
            "Factor of the kinetic-energy penalty, which makes scores cheaper.")
        .define(
            JACOBIAN_PENALTY,
            Type.DOUBLE,
            0.03,
            Range.between(0, 1000),
            Importance.LOW,
            "Factor of the Jacobian penalty, which makes the flow smoother, and scores cheaper.")
        .define(
            TRAINING_TOLERANCE,
            Type.DOUBLE,
            1e-3,
            Range.between(1e-12, 0.1),
            Importance.LOW,
            "Relative and absolute tolerance of the adaptive solver in training.")
        .define(
            GRADIENT_ACCURACY,
            Type.DOUBLE,
            0.05,
            Range.between(0, 0.5),
            Importance.LOW,
            "On the CPU batches are integrated on a grid of Adams' methods with so few steps that"
                + " the gradient of a batch, compared every 100 iterations with that of the"
                + " adaptive solver, is off by at most this share of its length; 0: adaptively.")
        .define(
            SCORING_SOLVER,
            Type.STRING,
            "grid",
            ValidString.in("grid", "dopri5", "tsit5"),
            Importance.MEDIUM,
            "How scores are integrated: on a grid of Adams' methods with as few steps as"
                + " scoring.accuracy allows, each step checked, with dopri5 where one fails the"
                + " check; or adaptively.")
        .define(
            SCORING_ACCURACY,
            Type.DOUBLE,
            0.01,
            Range.between(1e-6, 10),
            Importance.MEDIUM,
            "Error of the log-likelihood, in nats, that the grid keeps for 99 % of normal"
                + " records.")
        .define(
            SCORING_TOLERANCE,
            Type.DOUBLE,
            1e-5,
            Range.between(1e-12, 0.1),
            Importance.MEDIUM,
            "Relative and absolute tolerance of adaptive integration in scores.")
        .define(
            SCORING_MAXIMUM_EVALUATIONS,
            Type.INT,
            1000,
            Range.atLeast(20),
            Importance.LOW,
            "Evaluations of the vector field after which a record counts as unscorable.")
        .define(
            VALIDATION_FRACTION,
            Type.DOUBLE,
            0.1,
            Range.between(0.01, 0.5),
            Importance.LOW,
            "Share of the records that decides when to stop.")
        .define(
            CALIBRATION_FRACTION,
            Type.DOUBLE,
            0.2,
            Range.between(0.01, 0.5),
            Importance.MEDIUM,
            "Share of the records kept for calibration.")
        .define(
            CROSS_CALIBRATION_BELOW,
            Type.INT,
            1500,
            Range.atLeast(0),
            Importance.MEDIUM,
            "Tables with fewer records give none of them away to validation and calibration:"
                + " each record is scored by a flow that was fitted without it, and the flow"
                + " that serves is fitted to all. It takes one training more than"
                + " calibration.folds.")
        .define(
            CALIBRATION_FOLDS,
            Type.INT,
            4,
            Range.between(2, 50),
            Importance.LOW,
            "Parts into which such a small table is cut.")
        .define(
            PATIENCE,
            Type.INT,
            20,
            Range.atLeast(1),
            Importance.LOW,
            "Validations without improvement after which training stops, in the first round.")
        .define(
            BUDGET,
            Type.DOUBLE,
            0.01,
            Range.between(1e-9, 0.5),
            Importance.HIGH,
            "False-alarm budget that goes into the model: an alert when p is at most this. It"
                + " needs 1 / budget - 1 calibration records.");
  }

  private static ConfigDef defineEnd(ConfigDef definition) {
    return definition
        .define(
            MAXIMUM_SECONDS,
            Type.DOUBLE,
            0,
            Range.atLeast(0),
            Importance.MEDIUM,
            "Wall-clock time after which training ends with the best parameters so far; the"
                + " result then depends on the machine. A table that is calibrated by folds"
                + " shares it among them. 0: no limit.")
        .define(
            SEED,
            Type.LONG,
            1,
            Importance.MEDIUM,
            "Seed of every random choice: the same seed, data and machine give the same model.");
  }
}
