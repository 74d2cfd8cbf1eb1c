package io.lowtide.stream.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lowtide.kafka.registry.SchemaRegistry;
import io.lowtide.schemas.Calibration;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.DensityModel;
import io.lowtide.stream.config.OutputTopic;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.health.Health;
import io.lowtide.stream.health.Readiness;
import io.lowtide.stream.http.EventAudience;
import io.lowtide.stream.http.EventRoute;
import io.lowtide.stream.http.HostNames;
import io.lowtide.stream.http.Resource;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page that people watch the stream on. It shows what is committed on the output topics, read
 * back from there ({@link PageReader}), and what this instance measures of itself ({@link Vitals});
 * it can change nothing. Once a second, while it is open somewhere, a thread of its own sends what
 * is new as a server-sent event: {@code snapshot} to those who come, {@code change} to the others.
 * Both hold JSON of the same shape.
 */
public final class Page implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Page.class);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Duration AFTER_FAULT = Duration.ofSeconds(30);

  /** After which a browser comes back, in milliseconds. */
  private static final int RETRY_MILLIS = 2_000;

  private final StreamSettings settings;
  private final Health health;
  private final Supplier<ActiveModel> model;
  private final Vitals vitals;
  private final PageState state = new PageState();
  private final PageReader reader;
  private final EventAudience audience;
  private final Thread thread = new Thread(this::run, "lowtide-page");
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrival = lock.newCondition();
  private final long startedAt = System.currentTimeMillis();
  private ActiveModel shownModel;
  private volatile boolean stopped;

  private Page(
      StreamSettings settings,
      SchemaRegistry registry,
      Health health,
      Supplier<ActiveModel> model,
      MeterRegistry meters,
      Supplier<OptionalLong> lag) {
    this.settings = settings;
    this.health = health;
    this.model = model;
    this.vitals = new Vitals(meters, lag);
    this.reader = new PageReader(settings, registry, model, state);
    this.audience = new EventAudience(settings.page().connections(), this::wake);
    thread.setDaemon(true);
  }

  /**
   * Starts the page. It does nothing until it is opened.
   *
   * @param registry knows the schemas of the output topics; stays the caller's to close
   * @param model gives the model in use, or null
   * @param lag gives the records that wait in the source topics, if that is known
   */
  public static Page start(
      StreamSettings settings,
      SchemaRegistry registry,
      Health health,
      Supplier<ActiveModel> model,
      MeterRegistry meters,
      Supplier<OptionalLong> lag) {
    Page page = new Page(settings, registry, health, model, meters, lag);
    page.thread.start();
    page.reader.start();
    return page;
  }

  /** What is to be served. */
  public List<Resource> resources() {
    HostNames hosts = HostNames.of(settings.httpAddress(), settings.page().hosts());
    List<Resource> resources = new ArrayList<>(PageDocuments.all(hosts));
    resources.add(new EventRoute(Resource.PARTS + "events", hosts, audience));
    return resources;
  }

  private void wake() {
    lock.lock();
    try {
      arrival.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      long next = System.nanoTime();
      while (!stopped) {
        next = awaitTick(next);
        try {
          tick();
        } catch (RuntimeException fault) {
          LOG.error("The page could not be brought up to date; next try in {}", AFTER_FAULT, fault);
          Thread.sleep(AFTER_FAULT.toMillis());
        }
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  /** Until somebody comes, and if there is somebody, until a second is over. */
  private long awaitTick(long next) throws InterruptedException {
    lock.lock();
    try {
      if (audience.size() == 0) {
        reader.watched(false);
        vitals.pause();
      }
      while (audience.size() == 0) {
        arrival.await();
      }
      long left = next - System.nanoTime();
      while (left > 0 && !audience.awaitsFirst()) {
        left = arrival.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
    long now = System.nanoTime();
    return next - now > 0 ? next : now + TICK_NANOS;
  }

  private void tick() {
    reader.watched(true);
    ActiveModel inUse = model.get();
    PageState.News news = state.take(audience.awaitsFirst());
    ObjectNode measured = describeInstance();
    news.changes().setAll(measured);
    if (inUse != shownModel) {
      news.changes().set("model", describe(inUse));
      shownModel = inUse;
    }
    byte[] everything = null;
    if (news.everything() != null) {
      ObjectNode node = news.everything();
      node.setAll(measured);
      node.set("model", describe(inUse));
      node.set("rates", vitals.rates());
      node.set("about", about());
      everything = event("snapshot", node);
    }
    byte[] first = everything;
    audience.send(() -> first, news.fresh() ? everything : event("change", news.changes()));
  }

  private ObjectNode describeInstance() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    Readiness readiness = health.readiness();
    node.put("at", System.currentTimeMillis());
    node.putObject("health")
        .put("live", health.isLive())
        .put("ready", readiness.ready())
        .put("reason", readiness.reason());
    node.set("vitals", vitals.measure(System.nanoTime()));
    return node;
  }

  private ObjectNode about() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("detector", settings.detector())
        .put("startedAt", startedAt)
        .put("scoresTopic", settings.outputTopics().get(OutputTopic.SCORES))
        .put("alertsTopic", settings.alertsTopic())
        .put("episodesTopic", settings.outputTopics().get(OutputTopic.EPISODES))
        .put("driftTopic", settings.outputTopics().get(OutputTopic.DRIFT))
        .put("scoresPerSecond", settings.page().scoresPerSecond())
        .put("suppressionWindow", settings.suppressionWindow().toMillis());
  }

  /** Null where there is no model. */
  private static ObjectNode describe(ActiveModel inUse) {
    if (inUse == null) {
      return null;
    }
    DensityModel bundle = inUse.bundle().record();
    Calibration calibration = bundle.getCalibration();
    ObjectNode node =
        JsonNodeFactory.instance
            .objectNode()
            .put("version", bundle.getModelVersion())
            .put("createdAt", bundle.getCreatedAt().toEpochMilli())
            .put("budget", inUse.budget())
            .put("threshold", inUse.bundle().calibration().threshold(inUse.budget()))
            .put("trainRecords", bundle.getTraining().getTrainRecords())
            .put("calibrationRecords", calibration.getSortedConformityScores().size());
    ArrayNode fields = node.putArray("fields");
    for (ContinuousFeature feature : bundle.getFeatures().getContinuous()) {
      fields
          .addObject()
          .put("name", feature.getName())
          .put("change", feature.getDifference() != 0)
          .put("lowest", feature.getMinimum())
          .put("highest", feature.getMaximum());
    }
    return node;
  }

  private static byte[] event(String name, ObjectNode data) {
    try {
      String text =
          "retry: "
              + RETRY_MILLIS
              + "\nevent: "
              + name
              + "\ndata: "
              + JSON.writeValueAsString(data)
              + "\n\n";
      return text.getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
    reader.close();
    audience.close();
  }
}
