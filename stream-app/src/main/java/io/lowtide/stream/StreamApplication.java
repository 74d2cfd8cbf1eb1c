package io.lowtide.stream;

import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.kafka.connection.ClientSettingsException;
import io.lowtide.kafka.registry.ConfluentSchemaRegistry;
import io.lowtide.kafka.settings.Secrets;
import io.lowtide.kafka.topic.TopicException;
import io.lowtide.kafka.topic.Topics;
import io.lowtide.stream.config.StreamSettings;
import io.lowtide.stream.detection.ActiveModel;
import io.lowtide.stream.health.Health;
import io.lowtide.stream.health.Readiness;
import io.lowtide.stream.http.HostNames;
import io.lowtide.stream.http.HttpEndpoint;
import io.lowtide.stream.http.Resource;
import io.lowtide.stream.http.Routes;
import io.lowtide.stream.metrics.KafkaMeters;
import io.lowtide.stream.metrics.SourceLag;
import io.lowtide.stream.metrics.StreamMetrics;
import io.lowtide.stream.model.ModelFit;
import io.lowtide.stream.model.ModelIntake;
import io.lowtide.stream.model.ModelSlot;
import io.lowtide.stream.output.InternalTopics;
import io.lowtide.stream.output.OutputLimits;
import io.lowtide.stream.page.Page;
import io.lowtide.stream.refusal.RefusalHandler;
import io.lowtide.stream.refusal.Refusals;
import io.lowtide.stream.retry.Faults;
import io.lowtide.stream.retry.Outage;
import io.lowtide.stream.retry.StopSignal;
import io.lowtide.stream.retry.TransientFaultException;
import io.lowtide.stream.shadow.ShadowMeters;
import io.lowtide.stream.shadow.ShadowSlot;
import io.lowtide.stream.store.InstanceName;
import io.lowtide.stream.topology.DetectionTopology;
import io.lowtide.stream.topology.StreamTopics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream application: scores the source topics and publishes alerts until it is closed.
 *
 * <p>{@link #start} returns at once. A thread of its own then prepares the topics, registers the
 * schemas and starts Kafka Streams, waiting for whatever is away; meanwhile, and until there is a
 * model, the application is live but not ready and consumes nothing.
 */
public final class StreamApplication implements Health, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StreamApplication.class);

  private static final Duration POLL = Duration.ofMillis(20);

  /** Shorter than Kafka's minute: an outage is to be seen soon, and a shutdown not held up. */
  private static final int ADMIN_TIMEOUT_MILLIS = 6_000;

  private final StreamSettings settings;
  private final ConfluentSchemaRegistry registry;
  private final PrometheusMeterRegistry meters;
  private final StreamMetrics metrics;
  private final StopSignal stop = new StopSignal();
  private final Dependencies dependencies;
  private final ModelSlot models = new ModelSlot(this::canUse, this::resume);
  private final ShadowSlot shadows = new ShadowSlot();
  private final ReplacementPace replacementPace = new ReplacementPace();
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Given when a model asks for past records and there is no store of them; and at the end. */
  private final CountDownLatch historyWanted = new CountDownLatch(1);

  private final InternalTopics internalTopics;
  private final OutputLimits limits;
  private final Refusals refusals;
  private final Thread starter = new Thread(this::prepareAndRun, "lowtide-start");
  private HttpEndpoint endpoint;
  private Page page;
  private volatile String phase = "starting";
  private volatile KafkaStreams streams;
  private volatile ModelFit fit;
  private volatile KafkaStreamsMetrics streamsMetrics;
  private volatile boolean withHistory;
  private volatile boolean reading;
  private volatile boolean restarting;
  private volatile Throwable failure;

  private StreamApplication(StreamSettings settings) {
    this.settings = settings;
    this.registry = ConfluentSchemaRegistry.connect(settings.connection().registry());
    this.meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    meters.config().meterFilter(KafkaMeters.filter());
    this.metrics = new StreamMetrics(meters);
    ShadowMeters.register(meters, shadows);
    metrics.gaugeReadiness(() -> readiness().ready());
    this.dependencies = new Dependencies(settings, registry, stop, metrics);
    this.internalTopics = new InternalTopics(settings);
    this.limits = new OutputLimits(settings);
    this.refusals = new Refusals(metrics);
  }

  /**
   * Starts the application.
   *
   * @throws IOException if the HTTP address cannot be bound, or the state directory takes no file
   * @throws org.apache.kafka.common.config.ConfigException if the registry's settings are invalid
   */
  public static StreamApplication start(StreamSettings settings) throws IOException {
    requireWritable(settings.stateDirectory());
    StreamApplication application = new StreamApplication(settings);
    LOG.info("Settings: {}", settings);
    warnOf(settings);
    try {
      application.serve();
    } catch (IOException e) {
      application.closePage();
      application.registry.close();
      throw e;
    }
    application.dependencies.watch();
    application.starter.start();
    return application;
  }

  private static void warnOf(StreamSettings settings) {
    settings
        .shortCommitLimit()
        .ifPresent(
            limit ->
                LOG.warn(
                    "The producer's max.block.ms is {} ms: where Kafka leaves a commit unanswered for"
                        + " longer, Kafka Streams may skip records",
                    limit.toMillis()));
    settings
        .unknownToKafka()
        .forEach(
            (unknown, nearest) ->
                LOG.warn(
                    "{}: Kafka Streams and its clients have no such setting, the nearest is {}; it"
                        + " does nothing unless a class that they are told to load reads it",
                    unknown,
                    nearest));
  }

  private static void requireWritable(Path stateDirectory) throws IOException {
    try {
      Files.createDirectories(stateDirectory);
      Files.delete(Files.createTempFile(stateDirectory, "lowtide", ".tmp"));
    } catch (IOException fault) {
      throw new IOException(
          "state.directory: " + stateDirectory + ", expected a directory to write to: " + fault,
          fault);
    }
  }

  private void serve() throws IOException {
    InetSocketAddress address = settings.httpAddress();
    List<Resource> resources = new ArrayList<>(Routes.of(this, meters));
    if (settings.page().isServed(HostNames.isLoopback(address))) {
      page = Page.start(settings, registry, this, models::current, meters, this::lag);
      resources.addAll(page.resources());
    }
    endpoint = HttpEndpoint.start(address, resources);
  }

  private void closePage() {
    if (page != null) {
      page.close();
    }
  }

  /** Records of the source topics that wait, as far as the stream threads know. */
  private OptionalLong lag() {
    KafkaStreams current = streams;
    return current == null
        ? OptionalLong.empty()
        : SourceLag.of(current.metrics().values(), settings.sourceTopics());
  }

  private void prepareAndRun() {
    try {
      phase = "waiting for Kafka to prepare the topics";
      prepareTopics();
      phase = "waiting for the schema registry to register the schemas";
      registerSchemas();
      phase = "reading topic " + settings.modelsTopic();
      ModelIntake intake = newIntake();
      run(intake, keptModelUsesHistory());
      runWithHistoryOnceWanted(intake);
    } catch (TransientFaultException stopped) {
      ended.countDown();
    } catch (RuntimeException fault) {
      fail(fault);
      ended.countDown();
    }
  }

  private void prepareTopics() {
    askBrokers(
        "Preparing the topics",
        topics -> {
          requireTopics(topics);
          internalTopics.grow(topics);
          limits.require(topics);
          return null;
        });
    dependencies.topicsPrepared();
  }

  private Void requireTopics(Topics topics) {
    new StreamTopics(settings).require(topics);
    return null;
  }

  private <T> T askBrokers(String activity, Function<Topics, T> action) {
    Map<String, Object> client = settings.connection().clientProperties();
    client.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ADMIN_TIMEOUT_MILLIS / 2);
    client.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ADMIN_TIMEOUT_MILLIS);
    try (Topics topics = new Topics(client)) {
      return dependencies.kafkaRetry().untilStopped(activity, () -> action.apply(topics));
    }
  }

  /** Before the stream runs, so that no record ever waits for a registration. */
  private void registerSchemas() {
    settings
        .outputTopics()
        .forEach((output, topic) -> output.schema().ifPresent(schema -> register(topic, schema)));
  }

  private void register(String topic, Schema schema) {
    dependencies
        .registryRetry()
        .untilStopped(
            "Registering the schema of topic " + topic,
            () -> registry.register(topic + "-value", schema));
  }

  private ModelIntake newIntake() {
    return new ModelIntake(
        settings.detector(),
        settings.alertBudget(),
        settings.calibrationWindow(),
        settings.lastModelFile(),
        registry,
        dependencies.registryRetry(),
        models,
        shadows,
        metrics,
        settings.fit());
  }

  private void run(ModelIntake intake, boolean history) {
    fit = intake.fit();
    DetectionTopology topology =
        new DetectionTopology(
            settings,
            registry,
            models,
            shadows,
            intake,
            dependencies.registryRetry(),
            limits,
            refusals,
            metrics);
    withHistory = history;
    KafkaStreams created = new KafkaStreams(topology.build(history), streamsProperties());
    created.setUncaughtExceptionHandler(this::onUncaught);
    created.setStateListener((next, before) -> onStateChange(next));
    created.pause();
    reading = true;
    streams = created;
    // Returns when the models topic has been read; the stream threads stay paused without a model.
    created.start();
    // A model that waits for the store of past records comes before one that was kept.
    if (!waitsForHistory()) {
      intake.restore();
    }
    reading = false;
    resume();
    streamsMetrics = new KafkaStreamsMetrics(created);
    streamsMetrics.bindTo(meters);
    if (models.current() == null && !waitsForHistory()) {
      LOG.info(
          "Detector {}: no model yet; waiting for one on topic {}",
          settings.detector(),
          settings.modelsTopic());
    }
  }

  private Properties streamsProperties() {
    Properties properties = settings.streamsProperties();
    limits.applyTo(properties);
    if (settings.namesInstance()) {
      InstanceName.in(settings.instanceNameFile())
          .ifPresent(
              name ->
                  properties.put(
                      StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
                      name));
    }
    properties.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, RefusalHandler.class);
    properties.put(RefusalHandler.REFUSALS, refusals);
    return properties;
  }

  /**
   * Most models need no store of past records, so there is none until one comes that does. Then the
   * stream starts again with one, in this process, and keeps it.
   */
  private void runWithHistoryOnceWanted(ModelIntake intake) {
    if (!await(historyWanted)) {
      return;
    }
    LOG.info("A model judges by past records: the stream starts again with a store for them");
    restarting = true;
    streams.close(leaveGroup().withTimeout(settings.shutdownTimeout()));
    streamsMetrics.close();
    run(intake, true);
    restarting = false;
  }

  /**
   * @return whether it is wanted, rather than that the application ends
   */
  private boolean await(CountDownLatch wanted) {
    try {
      wanted.await();
      return !stop.isStopped();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Spares the stream the second start. */
  private boolean keptModelUsesHistory() {
    try {
      return Files.exists(settings.lastModelFile())
          && new ActiveModel(BundleFiles.read(settings.lastModelFile()), 0).usesHistory();
    } catch (BundleException | IOException unusable) {
      LOG.debug("Kept model {} cannot be read", settings.lastModelFile(), unusable);
      return false;
    }
  }

  private boolean canUse(ActiveModel model) {
    boolean usable = withHistory || !model.usesHistory();
    if (!usable) {
      historyWanted.countDown();
    }
    return usable;
  }

  /** Records are scored once the models topic was read to its end, and under its last model. */
  private void resume() {
    if (!reading && models.current() != null && !waitsForHistory()) {
      streams.resume();
    }
  }

  private boolean waitsForHistory() {
    return !withHistory && historyWanted.getCount() == 0;
  }

  private void onStateChange(KafkaStreams.State state) {
    boolean over = state == KafkaStreams.State.ERROR || state == KafkaStreams.State.NOT_RUNNING;
    if (over && !restarting) {
      ended.countDown();
    }
  }

  private StreamThreadExceptionResponse onUncaught(Throwable fault) {
    boolean replaceable = !Thread.currentThread().getName().endsWith("GlobalStreamThread");
    try {
      if (replaceable && mayGoOn(fault)) {
        Duration wait = replacementPace.next(System.nanoTime());
        metrics.threadReplaced();
        LOG.warn(
            "A stream thread gives its records back and is replaced in {}: {}",
            wait,
            Faults.describe(fault));
        stop.await(wait);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
      }
      fail(fault);
    } catch (TopicException noRemedy) {
      fail(noRemedy);
    } catch (RuntimeException noAnswer) {
      fault.addSuppressed(noAnswer);
      fail(fault);
    }
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** Whether another thread can go on where one failed, after a remedy if there is one. */
  private boolean mayGoOn(Throwable fault) {
    if (Faults.isTransient(fault)) {
      return true;
    }
    if (Refusals.isRefusal(fault)) {
      askBrokers(
          "Asking what the topics take",
          topics -> {
            limits.refresh(topics);
            return null;
          });
      return true;
    }
    if (fault instanceof MissingSourceTopicException) {
      askBrokers("Looking for the topics", this::requireTopics);
      return true;
    }
    // The source topic has been given partitions: Kafka Streams goes on once its own topics have.
    return askBrokers("Looking at the partitions", internalTopics::grow);
  }

  private void fail(Throwable fault) {
    Throwable told = Secrets.hide(fault);
    failure = told;
    boolean saysItAll = told instanceof ClientSettingsException || told instanceof TopicException;
    if (saysItAll) {
      LOG.error("The stream stops: {}", Faults.describe(told));
    } else {
      LOG.error("The stream stops: {}", Faults.describe(told), told);
    }
  }

  /** Port of the HTTP endpoint. */
  public int httpPort() {
    return endpoint.port();
  }

  /** Whether the page is served, at {@code /}. */
  public boolean servesPage() {
    return page != null;
  }

  /** The application's meters. */
  public MeterRegistry meters() {
    return meters;
  }

  /** What stopped the application by itself, or null. */
  public Throwable failure() {
    return failure;
  }

  @Override
  public boolean isLive() {
    KafkaStreams current = streams;
    return failure == null && (current == null || current.state() != KafkaStreams.State.ERROR);
  }

  @Override
  public Readiness readiness() {
    KafkaStreams current = streams;
    Throwable fault = failure;
    if (fault != null) {
      return new Readiness(false, "stopped: " + Faults.describe(fault));
    }
    if (stop.isStopped()) {
      return new Readiness(false, "shutting down");
    }
    Optional<Outage.UnderWay> waitedFor = dependencies.waitedFor();
    if (waitedFor.isPresent()) {
      return new Readiness(false, "waiting for " + waitedFor.get());
    }
    if (current == null || current.state() == KafkaStreams.State.CREATED) {
      return new Readiness(false, phase);
    }
    ActiveModel model = models.current();
    if (model == null) {
      return new Readiness(
          false,
          "waiting for the first model of detector "
              + settings.detector()
              + " on topic "
              + settings.modelsTopic());
    }
    if (current.state() != KafkaStreams.State.RUNNING) {
      return new Readiness(false, "Kafka Streams is " + current.state());
    }
    Optional<String> complaint = fit.complaint();
    if (complaint.isPresent()) {
      return new Readiness(false, complaint.get());
    }
    StringBuilder reason = new StringBuilder("scoring with model " + model.bundle().version());
    ActiveModel shadow = shadows.current();
    if (shadow != null && !shadow.isSameAs(model)) {
      reason.append("; model ").append(shadow.bundle().version()).append(" in its shadow");
    }
    fit.takenBack().ifPresent(note -> reason.append("; ").append(note));
    dependencies
        .missed()
        .ifPresent(outage -> reason.append("; not needed so far: ").append(outage));
    return new Readiness(true, reason.toString());
  }

  /**
   * Waits until the application is ready.
   *
   * @return whether it is; false if the time is over or the application has ended
   */
  public boolean awaitReady(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!readiness().ready()) {
      if (System.nanoTime() > deadline || failure != null || stop.await(POLL)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Waits until the application has ended, of itself or because it was closed.
   *
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /** Ends the application within {@code shutdown.timeout}. */
  @Override
  public void close() {
    long deadline = System.nanoTime() + settings.shutdownTimeout().toNanos();
    stop.stop();
    historyWanted.countDown();
    joinStarter(deadline);
    KafkaStreams current = streams;
    if (current != null) {
      // Leaving the group lets the next instance take over at once.
      boolean closed = current.close(leaveGroup().withTimeout(remaining(deadline)));
      if (!closed) {
        LOG.warn("The stream did not end within {}", settings.shutdownTimeout());
      }
    }
    if (streamsMetrics != null) {
      streamsMetrics.close();
    }
    closePage();
    dependencies.close();
    registry.close();
    endpoint.close();
    ended.countDown();
  }

  private static CloseOptions leaveGroup() {
    return CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
  }

  private void joinStarter(long deadline) {
    try {
      starter.join(Math.max(1, remaining(deadline).toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration remaining(long deadline) {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
  }
}
