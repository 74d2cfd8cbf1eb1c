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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalDouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which messages of the models topic become the model in use. A bundle is verified in full;
 * one that fails is refused, and the last good one goes on; one that then does not fit the records
 * is taken back ({@link ModelFit}). The last good one is also kept as a file: on a compacted topic
 * a refused bundle replaces the good one before it, and a restart must not lose that.
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
      StreamMetrics metrics,
      FitSettings fit) {
    this.detector = detector;
    this.budget = budget;
    this.calibrationWindow = calibrationWindow;
    this.lastGood = lastGood;
    this.registry = registry;
    this.retry = retry;
    this.slot = slot;
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
    if (!ModelMessages.isOf(detector, key)) {
      return;
    }
    if (value == null) {
      LOG.warn("Detector {}: its model was deleted from the topic; {}", detector, consequence());
      return;
    }
    try {
      ActiveModel offered = accept(read(value));
      if (!isSame(slot.current(), offered) && slot.takes(offered)) {
        use(offered);
      }
    } catch (ModelRefusedException refused) {
      metrics.modelRefused(refused.reason());
      LOG.error("Detector {}: {}; {}", detector, refused.getMessage(), consequence());
    } catch (TransientFaultException stopping) {
      LOG.info("Detector {}: stopped while reading a model", detector);
    } catch (RuntimeException fault) {
      // The message would meet every restart, too: one that we fail on must not keep us down.
      metrics.modelRefused("internal_error");
      LOG.error("Detector {}: failed on a model; {}", detector, consequence(), fault);
    }
  }

  /**
   * The file keeps the model before until this one has shown that it fits the records: it would be
   * taken back to that one, also after a restart.
   */
  private void use(ActiveModel offered) {
    ActiveModel current = slot.current();
    ActiveModel before = current == null ? kept() : current;
    boolean proven = isSame(before, offered);
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

  private static boolean isSame(ActiveModel active, ActiveModel offered) {
    return active != null
        && active.bundle().record().getSha256().equals(offered.bundle().record().getSha256());
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
