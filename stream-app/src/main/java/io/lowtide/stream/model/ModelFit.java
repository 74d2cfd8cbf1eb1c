package io.lowtide.stream.model;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.stream.config.FitSettings;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.metrics.StreamMetrics;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches whether the model in use fits the records: whether it finds the fields that it asks for,
 * of the type that it expects. Records are counted in windows. A model is on trial from its swap
 * until a window has passed in which it fits; when in a window of its trial too many records do not
 * fit it that would have fitted the last good model, that one is put in use again. Records that fit
 * neither are the producer's fault and take no model back.
 *
 * <p>Shared by all threads, which it makes wait for nothing.
 */
public final class ModelFit {

  private static final Logger LOG = LoggerFactory.getLogger(ModelFit.class);

  private static final long ONE_MISFIT = 1L << 32;

  private final String detector;
  private final FitSettings settings;
  private final ModelSlot slot;
  private final StreamMetrics metrics;
  private final Consumer<ModelBundle> proven;
  private volatile Watched watched;
  private volatile double share;
  private volatile String complaint;
  private volatile String takenBack;

  /** One model, from its swap on. */
  private static final class Watched {

    private final ActiveModel model;
    private final ActiveModel lastGood;

    /** Records of the window in the lower half, misfits among them in the upper. */
    private final AtomicLong counts = new AtomicLong();

    private final AtomicInteger fittedLastGood = new AtomicInteger();
    private volatile boolean onTrial;

    Watched(ActiveModel model, ActiveModel lastGood) {
      this.model = model;
      this.lastGood = lastGood;
      this.onTrial = lastGood != null;
    }
  }

  /**
   * @param detector for the log
   * @param slot the model in use
   * @param proven receives each model that has passed its trial
   */
  ModelFit(
      String detector,
      FitSettings settings,
      ModelSlot slot,
      StreamMetrics metrics,
      Consumer<ModelBundle> proven) {
    this.detector = detector;
    this.settings = settings;
    this.slot = slot;
    this.metrics = metrics;
    this.proven = proven;
    metrics.gaugeMisfits(() -> share);
  }

  /**
   * Begins with a model that is about to be put in use.
   *
   * @param before the last model that was in use or kept, or null
   */
  void begin(ActiveModel model, ActiveModel before) {
    ActiveModel lastGood = before;
    Watched previous = watched;
    if (previous != null && previous.model == before && previous.onTrial) {
      lastGood = previous.lastGood;
    }
    restart(new Watched(model, lastGood));
    takenBack = null;
  }

  private void restart(Watched next) {
    watched = next;
    share = 0;
    complaint = null;
  }

  /** The last good model while that model is on trial, or null. */
  ActiveModel lastGoodFor(ActiveModel model) {
    Watched current = watched;
    return isOf(current, model) && current.onTrial ? current.lastGood : null;
  }

  private static boolean isOf(Watched current, ActiveModel model) {
    return current != null && current.model == model;
  }

  /** The model could read a record, whatever came of it then. */
  void fits(ActiveModel model) {
    Watched current = watched;
    if (isOf(current, model)) {
      count(current, 1);
    }
  }

  /**
   * The model could not read a record.
   *
   * @param fitsLastGood whether the last good one could have
   * @param message what did not fit
   */
  void misfits(ActiveModel model, boolean fitsLastGood, String message) {
    Watched current = watched;
    if (!isOf(current, model)) {
      return;
    }
    if (fitsLastGood && settings.isExceededBy(current.fittedLastGood.incrementAndGet())) {
      takeBack(current, message);
      return;
    }
    int misfits = misfits(count(current, ONE_MISFIT + 1));
    if (settings.isExceededBy(misfits) && complaint == null) {
      complaint =
          "model "
              + model.bundle().version()
              + " does not fit the records, which go to the dead letters: "
              + misfits
              + " of at most "
              + settings.window()
              + ", the last of them: "
              + message;
      LOG.warn("Detector {}: {}", detector, complaint);
    }
  }

  private long count(Watched current, long record) {
    long counts = current.counts.addAndGet(record);
    if ((int) counts == settings.window()) {
      current.counts.addAndGet(-counts);
      endWindow(current, misfits(counts));
    }
    return counts;
  }

  private static int misfits(long counts) {
    return (int) (counts >>> 32);
  }

  private void endWindow(Watched current, int misfits) {
    share = (double) misfits / settings.window();
    current.fittedLastGood.set(0);
    if (settings.isExceededBy(misfits)) {
      return;
    }
    if (complaint != null) {
      complaint = null;
      LOG.info("Detector {}: model {} fits again", detector, current.model.bundle().version());
    }
    if (current.onTrial) {
      current.onTrial = false;
      proven.accept(current.model.bundle());
    }
  }

  private void takeBack(Watched current, String message) {
    if (!slot.replace(current.model, current.lastGood)) {
      return;
    }
    restart(new Watched(current.lastGood, null));
    String refused = current.model.bundle().version();
    String used = current.lastGood.bundle().version();
    takenBack = "model " + refused + " was taken back, it does not fit the records: " + message;
    metrics.modelTakenBack(detector, used);
    LOG.error("Detector {}: {}; model {} goes on, which fits them", detector, takenBack, used);
  }

  /** Why the records have no scores although a model is in use. */
  public Optional<String> complaint() {
    return Optional.ofNullable(complaint);
  }

  /** Why the last model that was accepted is not in use. */
  public Optional<String> takenBack() {
    return Optional.ofNullable(takenBack);
  }
}
