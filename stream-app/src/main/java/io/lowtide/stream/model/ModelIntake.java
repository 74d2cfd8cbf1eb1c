package io.lowtide.stream.model;

import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.BudgetException;
import io.lowtide.density.calibration.FollowingCalibration;
import io.lowtide.kafka.model.ModelMessages;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.kafka.registry.SchemaRegistryException;
import io.lowtide.kafka.serde.WireFormatException;
import io.lowtide.stream.config.FitSettings;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.metrics.StreamMetrics;
import io.lowtide.stream.retry.Retry;
import io.lowtide.stream.retry.TransientFaultException;
import io.lowtide.stream.shadow.ShadowSlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which messages of the models topic become the model in use, and which the challenger in
 * its shadow. A bundle is verified in full; one that fails is refused, and the last good one goes
 * on; one that then does not fit the records is taken back ({@link ModelFit}). The last good one is
 * also kept as a file: on a compacted topic a refused bundle replaces the good one before it, and a
 * restart must not lose that.
 */
public final class ModelIntake {

  private static final Logger LOG = LoggerFactory.getLogger(ModelIntake.class);

  private final String detector;
  private final OptionalDouble budget;
  private final int calibrationWindow;
  private final Path lastGood;
  private final SchemaRegistry registry;
  private final Retry retry;
  private final ModelSlot slot;
  private final ShadowSlot shadows;
  private final StreamMetrics metrics;
  private final ModelFit fit;

  /**
   * @param detector only its bundles are considered
   * @param budget false-alarm budget that goes before a bundle's own
   * @param calibrationWindow scores of the stream that the calibration follows; 0: none
   * @param lastGood where the last good bundle is kept
   * @param registry knows the schemas that bundles are written with
   * @param retry for a registry that is away
   * @param slot receives accepted bundles
   * @param shadows receives accepted challengers
   * @param metrics counts accepted and refused bundles
   * @param fit when a model does not fit the records
   */
  public ModelIntake(
      String detector,
      OptionalDouble budget,
      int calibrationWindow,
      Path lastGood,
      SchemaRegistry registry,
      Retry retry,
      ModelSlot slot,
      ShadowSlot shadows,
      StreamMetrics metrics,
      FitSettings fit) {
    this.detector = detector;
    this.budget = budget;
    this.calibrationWindow = calibrationWindow;
    this.lastGood = lastGood;
    this.registry = registry;
    this.retry = retry;
    this.slot = slot;
    this.shadows = shadows;
    this.metrics = metrics;
    this.fit = new ModelFit(detector, fit, slot, metrics, this::keep);
  }

  /** How the model in use fits the records. */
  public ModelFit fit() {
    return fit;
  }

  /** Puts the last good bundle in use if the models topic, read before, had none to offer. */
  public void restore() {
    ActiveModel kept = slot.current() == null ? kept() : null;
    if (kept == null || !slot.takes(kept)) {
      return;
    }
    fit.begin(kept, null);
    if (slot.activateIfNone(kept)) {
      announce(kept, null);
    }
  }

  /** The model in the file, or null. */
  private ActiveModel kept() {
    if (!Files.exists(lastGood)) {
      return null;
    }
    try {
      return accept(BundleFiles.read(lastGood));
    } catch (BundleException | IOException | ModelRefusedException e) {
      LOG.warn("Kept model {} is not used: {}", lastGood, e.getMessage());
      return null;
    }
  }

  /**
   * Considers one message. Returns when it is accepted or refused, and waits while the registry is
   * away; never throws.
   */
  public void offer(byte[] key, byte[] value) {
    if (ModelMessages.isOf(detector, key)) {
      offerChampion(value);
    } else if (ModelMessages.isOfChallenger(detector, key)) {
      offerChallenger(value);
    }
  }

  private void offerChampion(byte[] value) {
    if (value == null) {
      LOG.warn("Detector {}: its model was deleted from the topic; {}", detector, consequence());
      return;
    }
    consider(
        value,
        offered -> {
          ActiveModel current = slot.current();
          if ((current == null || !current.isSameAs(offered)) && slot.takes(offered)) {
            use(offered);
          }
        },
        reason -> {
          metrics.modelRefused(reason);
          return consequence();
        });
  }

  /** It raises no alert, and needs nothing that the stream does not have. */
  private void offerChallenger(byte[] value) {
    if (value == null) {
      if (shadows.current() != null) {
        LOG.info("Detector {}: no model scores in the shadow any more", detector);
      }
      shadows.clear();
      return;
    }
    consider(
        value,
        offered -> {
          shadows.use(offered);
          LOG.info(
              "Detector {}: model {} scores in the shadow", detector, offered.bundle().version());
        },
        reason -> {
          shadows.clear();
          metrics.challengerRefused(reason);
          return "no model scores in the shadow";
        });
  }

  /**
   * Reads a bundle.
   *
   * @param use is given one that passes its checks
   * @param refuse is told why one does not pass, and says what follows
   */
  private void consider(byte[] value, Consumer<ActiveModel> use, UnaryOperator<String> refuse) {
    try {
      use.accept(accept(read(value)));
    } catch (ModelRefusedException refused) {
      LOG.error(
          "Detector {}: {}; {}", detector, refused.getMessage(), refuse.apply(refused.reason()));
    } catch (TransientFaultException stopping) {
      LOG.info("Detector {}: stopped while reading a model", detector);
    } catch (RuntimeException fault) {
      // The message would meet every restart, too: one that we fail on must not keep us down.
      LOG.error(
          "Detector {}: failed on a model; {}", detector, refuse.apply("internal_error"), fault);
    }
  }

  /**
   * The file keeps the model before until this one has shown that it fits the records: it would be
   * taken back to that one, also after a restart.
   */
  private void use(ActiveModel offered) {
    ActiveModel current = slot.current();
    ActiveModel before = current == null ? kept() : current;
    boolean proven = before != null && before.isSameAs(offered);
    fit.begin(offered, proven ? null : before);
    announce(offered, slot.activate(offered));
    if (before == null) {
      keep(offered.bundle());
    }
  }

  private ModelBundle read(byte[] message) throws ModelRefusedException {
    try {
      return ModelMessages.decode(
          message,
          id -> retry.untilStopped("Fetching the schema of a model", () -> registry.schema(id)));
    } catch (WireFormatException | SchemaRegistryException e) {
      throw new ModelRefusedException(
          "unknown_schema", "model bundle refused: " + e.getMessage(), e);
    } catch (BundleException e) {
      throw new ModelRefusedException(
          e.reason().name().toLowerCase(Locale.ROOT), e.getMessage(), e);
    }
  }

  private ActiveModel accept(ModelBundle bundle) throws ModelRefusedException {
    if (!bundle.detector().equals(detector)) {
      throw new ModelRefusedException(
          "other_detector",
          "model bundle " + bundle.version() + " refused: it is of detector " + bundle.detector(),
          null);
    }
    double inForce = budget.orElse(bundle.calibration().defaultBudget());
    try {
      bundle.calibration().requireBudget(inForce);
      if (calibrationWindow > 0) {
        FollowingCalibration.requireBudget(inForce, calibrationWindow);
      }
    } catch (BudgetException e) {
      throw new ModelRefusedException(
          "budget", "model bundle " + bundle.version() + " refused: " + e.getMessage(), e);
    }
    return new ActiveModel(bundle, inForce);
  }

  private void announce(ActiveModel model, ActiveModel previous) {
    metrics.modelAccepted(detector, model.bundle().version());
    LOG.info(
        "Detector {}: model {} in use (before: {}), false-alarm budget {}",
        detector,
        model.bundle().version(),
        previous == null ? "none" : previous.bundle().version(),
        model.budget());
  }

  private void keep(ModelBundle bundle) {
    try {
      BundleFiles.write(lastGood, bundle);
    } catch (IOException e) {
      LOG.warn(
          "Model {} cannot be kept as {}: {}; should the next one be refused, a restart finds none",
          bundle.version(),
          lastGood,
          e.toString());
    }
  }

  private String consequence() {
    ActiveModel current = slot.current();
    return current == null
        ? "still waiting for a model"
        : "model " + current.bundle().version() + " goes on";
  }
}
