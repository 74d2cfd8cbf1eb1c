package io.lowtide.quickstart.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lowtide.kafka.alert.AlertReader;
import io.lowtide.kafka.serde.AvroDeserializer;
import io.lowtide.kafka.serde.AvroSerializer;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.ContextValue;
import io.lowtide.schemas.DriftChange;
import io.lowtide.schemas.DriftDirection;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.EpisodeChange;
import io.lowtide.schemas.EpisodeKind;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.ReasonCount;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.schemas.ScoredRecord;
import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.TestModels;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.management.ObjectName;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The page of the stream application, beside the topics that it is read back from: as a program
 * reads its events, and, where a Chromium is installed, as a person sees it.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class PageOnKafkaTest extends RegisteredStreamTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration EVENT_INTERVAL = Duration.ofMillis(500);

  /** Texts that would do something if they were taken for markup, code, or directions to write. */
  private static final List<String> HOSTILE =
      List.of(
          "<img src=x onerror=\"window.harmed=1\">",
          "\"><script>window.harmed=1</script>",
          "</bdi></li></ol><h1>harm</h1>",
          "javascript:window.harmed=1",
          "\u202Eright to left\u0000\u001b[31m\u2028\ud83d\udea8",
          "key ".repeat(600));

  @Override
  Map<String, String> clientSettings() {
    return Map.of();
  }

  private StreamApplication startScoring(Map<String, String> overrides) throws Exception {
    publish(TestModels.bundle("v1"));
    StreamApplication application = start(overrides);
    assertThat(application.awaitReady(Duration.ofSeconds(30))).isTrue();
    return application;
  }

  /** Ends now; one record in fifty is far from normal. */
  private void sendReadings(int count) throws Exception {
    Instant time = Instant.now().minus(EVENT_INTERVAL.multipliedBy(count));
    List<ProducerRecord<byte[], byte[]>> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String key = i < HOSTILE.size() ? HOSTILE.get(i) : "press-" + random.nextInt(40);
      boolean odd = i < HOSTILE.size() || i % 50 == 0;
      messages.add(
          new ProducerRecord<>(
              source(),
              null,
              time.toEpochMilli(),
              key.getBytes(StandardCharsets.UTF_8),
              message(
                  READING,
                  65 + 5 * random.nextGaussian(),
                  odd ? 5 + random.nextDouble() : 2 + 0.5 * random.nextGaussian())));
      time = time.plus(EVENT_INTERVAL);
    }
    sendAll(messages);
  }

  private List<AnomalyAlert> alerts() {
    List<AnomalyAlert> alerts = new ArrayList<>();
    try (AlertReader reader = new AlertReader(connection(), prefix + ".alerts")) {
      reader.read(false, Long.MAX_VALUE, alerts::add);
    }
    return alerts;
  }

  /** The latest message of each episode, by id. */
  private Map<String, Episode> episodes() {
    AvroDeserializer<Episode> deserializer = AvroDeserializer.specific(registry, Episode.class);
    Map<String, Episode> episodes = new TreeMap<>();
    try (Committed messages = committed("episodes")) {
      messages
          .toEnd()
          .forEach(
              message -> {
                Episode episode = deserializer.deserialize(message.topic(), message.value());
                episodes.put(episode.getId(), episode);
              });
    }
    return episodes;
  }

  private static JsonNode follow(StreamApplication application, int scores) throws Exception {
    return follow(application, event -> event.get("reading").get("scoresRead").asInt() >= scores);
  }

  /** Reads events until one is as it is wanted. */
  private static JsonNode follow(StreamApplication application, Predicate<JsonNode> wanted)
      throws Exception {
    HttpResponse<InputStream> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + application.httpPort() + "/page/events"))
                    .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("text/event-stream; charset=utf-8");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      while (true) {
        String line = lines.readLine();
        if (line.startsWith("data: ")) {
          JsonNode event = JSON.readTree(line.substring("data: ".length()));
          if (wanted.test(event)) {
            return event;
          }
        }
      }
    }
  }

  @Test
  void shouldSendWhatIsOnTheTopics() throws Exception {
    try (StreamApplication application = startScoring(Map.of())) {
      sendReadings(1_500);
      List<ScoredRecord> scores = awaitOutcome().scores();
      List<AnomalyAlert> alerts = alerts();
      assertThat(consumersOfThePage()).as("while no page is open").isZero();

      follow(application, scores.size());
      assertThat(consumersOfThePage()).isEqualTo(1);
      // One who comes now is sent everything.
      JsonNode page = follow(application, scores.size());

      assertThat(page.get("about").get("detector").asText()).isEqualTo(TestModels.DETECTOR);
      assertThat(page.get("model").get("version").asText()).isEqualTo("v1");
      assertThat(page.get("models").get(0).get("version").asText()).isEqualTo("v1");
      assertThat(page.get("health").get("reason").asText()).isEqualTo("scoring with model v1");
      assertThat(page.get("vitals").get("scored").asInt()).isEqualTo(scores.size());
      assertThat(page.get("alerts"))
          .extracting(a -> a.get("id").asText())
          .containsExactlyInAnyOrderElementsOf(alerts.stream().map(AnomalyAlert::getId).toList());
      for (AnomalyAlert alert : alerts) {
        JsonNode shown = find(page.get("alerts"), alert.getId());
        assertThat(shown.get("key").asText()).isEqualTo(alert.getKey());
        assertThat(shown.get("logLikelihood").asDouble()).isEqualTo(alert.getLogLikelihood());
        assertThat(shown.get("pValue").asDouble()).isEqualTo(alert.getPValue());
        assertThat(shown.get("severity").asDouble()).isEqualTo(alert.getSeverity());
        assertThat(shown.get("contributions")).hasSameSizeAs(alert.getContributions());
      }
      Map<String, Episode> episodes = episodes();
      assertThat(page.get("episodes"))
          .extracting(e -> e.get("id").asText())
          .containsExactlyInAnyOrderElementsOf(episodes.keySet());
      for (JsonNode shown : page.get("episodes")) {
        Episode episode = episodes.get(shown.get("id").asText());
        assertThat(shown.get("count").asLong()).isEqualTo(episode.getCount());
        assertThat(shown.get("firstSeen").asLong())
            .isEqualTo(episode.getFirstSeen().toEpochMilli());
        assertThat(shown.get("worst").get("logLikelihood").asDouble())
            .isEqualTo(episode.getWorst().getLogLikelihood());
      }
      double threshold = page.get("model").get("threshold").asDouble();
      assertThat(scores)
          .allMatch(score -> score.getAnomalous() == (score.getLogLikelihood() < threshold));
      assertThat(page.get("flagged"))
          .hasSize((int) scores.stream().filter(ScoredRecord::getAnomalous).count());
      requireSpans(page.get("series").get(1), scores);
    }
  }

  @Test
  void shouldSayHowManyScoresItLeavesOutAndReadAllAlerts() throws Exception {
    try (StreamApplication application = startScoring(Map.of("page.scores.per.second", "50"))) {
      sendReadings(1_500);
      awaitOutcome();

      JsonNode reading =
          follow(application, event -> event.get("reading").get("scoresLeftOut").asInt() > 500)
              .get("reading");
      assertThat(reading.get("scoresRead").asInt()).isLessThan(1_000);
      // Each one who comes is sent all that was read until then.
      int alerts = alerts().size();
      while (follow(application, event -> true).get("alerts").size() < alerts) {
        Thread.sleep(100);
      }
    }
  }

  private static JsonNode find(JsonNode alerts, String id) {
    for (JsonNode alert : alerts) {
      if (alert.get("id").asText().equals(id)) {
        return alert;
      }
    }
    throw new AssertionError("no alert " + id);
  }

  private int consumersOfThePage() throws Exception {
    return ManagementFactory.getPlatformMBeanServer()
        .queryNames(new ObjectName("kafka.consumer:type=app-info,id=" + prefix + "-page"), null)
        .size();
  }

  /** Each span has the number and the lowest of the scores of its time. */
  private static void requireSpans(JsonNode series, List<ScoredRecord> scores) {
    long width = series.get("width").asLong();
    Map<Long, List<ScoredRecord>> expected = new TreeMap<>();
    for (ScoredRecord score : scores) {
      long start = Math.floorDiv(score.getEventTime().toEpochMilli(), width) * width;
      expected.computeIfAbsent(start, unused -> new ArrayList<>()).add(score);
    }
    assertThat(series.get("spans")).hasSameSizeAs(expected.keySet());
    for (JsonNode span : series.get("spans")) {
      List<ScoredRecord> within = expected.get(span.get(0).asLong());
      assertThat(span.get(1).asInt()).isEqualTo(within.size());
      assertThat(span.get(2).asInt())
          .isEqualTo((int) within.stream().filter(ScoredRecord::getAnomalous).count());
      assertThat(span.get(3).asDouble())
          .isEqualTo(within.stream().mapToDouble(ScoredRecord::getLogLikelihood).min().orElse(0));
    }
  }

  /** As another producer might write it: each text of it is hostile. */
  private void sendHostileAlert(int number, String text) throws Exception {
    FieldContribution contribution =
        FieldContribution.newBuilder()
            .setField(text)
            .setValue(null)
            .setNormalValue(null)
            .setText(text)
            .setNormalText(text)
            .setContribution(-12.5)
            .build();
    AnomalyAlert alert =
        AnomalyAlert.newBuilder()
            .setId("hostile-" + number + text)
            .setDetector(TestModels.DETECTOR)
            .setModelVersion(text)
            .setKey(text)
            .setEventTime(Instant.now())
            .setLogLikelihood(-99.5)
            .setPValue(0.001)
            .setSeverity(9 + number)
            .setBudget(0.05)
            .setSummary(text)
            .setContributions(List.of(contribution))
            .setContext(List.of(ContextValue.newBuilder().setField(text).setText(text).build()))
            .setEvaluations(1)
            .setSource(new RecordPosition(text, 0, 0L))
            .build();
    byte[] value = new AvroSerializer<AnomalyAlert>(registry).serialize(prefix + ".alerts", alert);
    producer.send(new ProducerRecord<>(prefix + ".alerts", value)).get();
  }

  /** The same, of which nobody has said that it is over. */
  private void sendHostileEpisode(int number, String text) throws Exception {
    Episode episode =
        Episode.newBuilder()
            .setId("hostile-" + number + text)
            .setDetector(TestModels.DETECTOR)
            .setKind(EpisodeKind.ANOMALY)
            .setChange(EpisodeChange.OPENED)
            .setKey(text)
            .setFirstSeen(Instant.now().minusSeconds(600))
            .setLastSeen(Instant.now())
            .setCount(12L)
            .setSummary(text)
            .setFields(List.of(text))
            .setReasons(List.of(new ReasonCount(text, 3L)))
            .setSource(new RecordPosition(text, 0, 0L))
            .build();
    byte[] value = new AvroSerializer<Episode>(registry).serialize(prefix + ".episodes", episode);
    byte[] key = episode.getId().getBytes(StandardCharsets.UTF_8);
    producer.send(new ProducerRecord<>(prefix + ".episodes", key, value)).get();
  }

  /** Drift of a group that has the text for its name. */
  private void sendHostileDrift(int number, String text) throws Exception {
    DriftEvent event =
        DriftEvent.newBuilder()
            .setId("hostile-" + number + text)
            .setDetector(TestModels.DETECTOR)
            .setChange(DriftChange.RAISED)
            .setPartition(0)
            .setGroup(text)
            .setModelVersion(text)
            .setModelCreated(Instant.now())
            .setSince(Instant.now().minusSeconds(600 - number))
            .setToldAt(Instant.now())
            .setRecords(1_200)
            .setDirection(DriftDirection.TOO_MANY_LOW)
            .setBudget(0.05)
            .setShareWithinBudget(0.25)
            .setLevel(0.1)
            .setShareAtLevel(0.4)
            .setStrength(9)
            .setTolerance(0.02)
            .setFalseAlarmRecords(1e7)
            .setSummary(text)
            .setSource(new RecordPosition(text, 0, 0L))
            .build();
    byte[] value = new AvroSerializer<DriftEvent>(registry).serialize(prefix + ".drift", event);
    producer.send(new ProducerRecord<>(prefix + ".drift", value)).get();
  }

  private static void requireDrift(Chromium browser) throws Exception {
    browser.await("document.querySelector('#drift .figure')?.textContent.startsWith('since ')");
    assertThat(browser.evaluate("document.querySelector('#drift .note').textContent").asText())
        .startsWith("25\u00a0% within the budget of 5\u00a0% in ")
        .contains(HOSTILE.get(0).substring(0, 20))
        .endsWith(", and " + (HOSTILE.size() - 1) + " other drifts");
    assertThat(browser.evaluate("document.querySelector('#status-facts').textContent").asText())
        .contains("Driftsince ");
  }

  @Test
  void shouldShowAPersonWhatIsOnTheTopicsWhateverRecordsContain() throws Exception {
    Optional<Path> program = Chromium.installed();
    assumeTrue(program.isPresent(), "no Chromium is installed: the page was not looked at");
    try (StreamApplication application = startScoring(Map.of());
        Chromium browser = Chromium.start(program.get(), state.resolve("browser"))) {
      sendReadings(1_500);
      List<ScoredRecord> scores = awaitOutcome().scores();
      for (int i = 0; i < HOSTILE.size(); i++) {
        sendHostileAlert(i, HOSTILE.get(i));
        sendHostileEpisode(i, HOSTILE.get(i));
        sendHostileDrift(i, HOSTILE.get(i));
      }
      List<AnomalyAlert> alerts = alerts();
      alerts.sort(Comparator.comparing(AnomalyAlert::getEventTime).reversed());

      browser.view(1280, 900, "light", 1);
      browser.open("http://127.0.0.1:" + application.httpPort() + "/");
      long flagged = scores.stream().filter(ScoredRecord::getAnomalous).count();
      browser.await(
          String.format(
              Locale.ROOT,
              "document.querySelector('#line-readout')?.textContent.startsWith('%,d scores, %d"
                  + " flagged')",
              scores.size(),
              flagged));
      Map<String, Episode> episodes = episodes();
      awaitListed(browser, episodes.size());
      requireEpisodes(browser, episodes);
      requireDrift(browser);
      browser.evaluate("document.querySelector('#kind input[value=alerts]').click()");
      awaitListed(browser, alerts.size());

      requireAlerts(browser, alerts);
      requireOpened(browser, alerts);
      requireKeyboard(browser);
      requireHarmless(browser);
      requireAccessible(browser, "light");
      browser.view(1280, 900, "dark", 1);
      assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor").asText())
          .isEqualTo("rgb(13, 20, 25)");
      requireAccessible(browser, "dark");
      browser.view(360, 740, "light", 2);
      browser.await("document.documentElement.scrollWidth <= innerWidth");
      requireAccessible(browser, "narrow");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void shouldSayOnThePageThatTooManyAreOpenAndWhatTheApplicationWaitsFor() throws Exception {
    Optional<Path> program = Chromium.installed();
    assumeTrue(program.isPresent(), "no Chromium is installed: the page was not looked at");
    try (StreamApplication application = start(Map.of("page.connections", "1"));
        Chromium browser = Chromium.start(program.get(), state.resolve("browser"))) {
      String address = "http://127.0.0.1:" + application.httpPort();
      HttpRequest events = HttpRequest.newBuilder(URI.create(address + "/page/events")).build();
      HttpClient client = HttpClient.newHttpClient();
      try (InputStream held =
          client.send(events, HttpResponse.BodyHandlers.ofInputStream()).body()) {
        assertThat(held.read()).isPositive();
        HttpResponse<String> refused = client.send(events, HttpResponse.BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("page.connections allows (1)");

        browser.open(address + "/");
        browser.await(
            "document.querySelector('#link-text')?.textContent"
                + " === 'Too many pages are open (page.connections)'");
        // It goes on telling since when, with nothing to draw.
        browser.await(
            "document.querySelector('#status-title').textContent === 'Connecting \u2026'");
        Thread.sleep(1_500);
        assertThat(browser.complaints()).noneMatch(complaint -> complaint.contains("TypeError"));
      }
      browser.await("document.querySelector('#status-title').textContent === 'Not scoring'");
      browser.await(
          "document.querySelector('#status-text').textContent"
              + ".startsWith('Waiting for the first model of detector press-line')");
      // Of records that nobody has judged nothing is known.
      assertThat(browser.evaluate("document.querySelector('#drift').textContent").asText())
          .contains("no model yet");
      requireAccessible(browser, "without a model");
      requireExpectedRanges(browser);
      requireAge(browser);
    }
  }

  /** What cannot be read anew is said to be old, and of what was never read nothing is said. */
  private static void requireAge(Chromium browser) {
    String state =
        """
        {link: {up: true}, now: () => 600000, about: {episodesTopic: "e", driftTopic: "d"},
         health: {live: true, ready: %s, reason: "waiting for Kafka"}, vitals: {}, drift: [],
         episodes: new Map(), alerts: new Map(), model: {}, models: [], flagged: [], rates: [],
         series: [0, 1, 2, 3].map(() => ({width: 1, spans: new Map()})),
         reading: {fault: %s, faultSince: 480000, caughtUp: %s}}
        """;
    String status =
        "import('/page/status.js').then(({showStatus}) => { showStatus(%s);"
            + " return document.querySelector('#status').textContent; })";
    assertThat(browser.evaluate(status.formatted(state.formatted("false", "'f'", "true"))).asText())
        .contains("Not scoring", "Waiting for Kafka", "old: nothing new was read since", "(2 min)");
    assertThat(browser.evaluate(status.formatted(state.formatted("true", "'f'", "true"))).asText())
        .contains("This page is not up to date", "old: nothing new was read since", "(2 min)");
    assertThat(
            browser.evaluate(status.formatted(state.formatted("false", "'f'", "false"))).asText())
        .contains("nothing: it cannot be read since");
    String unread =
        "Promise.all([import('/page/list.js'), import('/page/numbers.js')]).then(([list, numbers])"
            + " => { new list.EntryList(() => {}).show(state, null, true);"
            + " numbers.showNumbers(state); return ['#alerts-note', '#drift'].map(one =>"
            + " document.querySelector(one).textContent).join(); })";
    assertThat(
            browser
                .evaluate(
                    unread.replace("state", "(" + state.formatted("false", "null", "false") + ")"))
                .asText())
        .contains("Not read yet.", "not read yet")
        .doesNotContain("No episode on e yet", "None");
  }

  /** What an alert says besides, where its model has measured it and there was time. */
  private static void requireExpectedRanges(Chromium browser) throws IOException {
    String alert =
        """
        {id: "x", key: "k", eventTime: 0, logLikelihood: -30, normalLogLikelihood: -4, pValue: 0.001,
         severity: 7, budget: 0.01, summary: "s", pattern: "GROUP", explanation: "BRIEF",
         rangeCoverage: 0.95, suppressed: 0, context: [], evaluations: 1, modelVersion: "v1",
         source: {topic: "t", partition: 0, offset: 1},
         contributions: [
           {field: "f", value: 97.3, normalValue: 43, text: null, normalText: null,
            contribution: -26, expectedLow: 41.2, expectedHigh: 44},
           {field: "latitude", value: 48.100091, normalValue: 48.1, text: null, normalText: null,
            contribution: -2, expectedLow: 48.09998, expectedHigh: 48.10002},
           {field: "g", value: 1, normalValue: null, text: null, normalText: null,
            contribution: 0, expectedLow: null, expectedHigh: null}]}
        """;
    browser.evaluate(
        "import('/page/detail.js').then(({Detail}) => new Detail().show({alerts: new Map([['x', "
            + alert
            + "]]), episodes: new Map(), model: null, recent: {f: {low: 40, high: 45}},"
            + " now: () => 0}, {kind: 'alert', id: 'x'}, true))");
    assertThat(browser.evaluate("document.querySelector('#detail').textContent").asText())
        .contains("expected 41.2 to 44", "lately 40 to 45", "in some fields together")
        .contains("48.100091 expected 48.09998 to 48.10002")
        .contains("-30.0 nats, normal -4.0".replace('-', '\u2212'), "95\u00a0% of normal records")
        .contains("Explained briefly");
    assertThat(browser.evaluate("document.querySelectorAll('rect.expected').length").asInt())
        .isEqualTo(2);
    requireAccessible(browser, "expected ranges");
  }

  private static void awaitListed(Chromium browser, int entries) throws Exception {
    browser.await(
        "document.querySelectorAll('#alert-list button').length === " + Math.min(100, entries));
  }

  /** The open ones come first, and each that is hostile can be opened. */
  private static void requireEpisodes(Chromium browser, Map<String, Episode> episodes)
      throws Exception {
    long open = episodes.values().stream().filter(e -> e.getClosedBy() == null).count();
    assertThat(browser.evaluate("document.querySelector('#alerts-note').textContent").asText())
        .startsWith(open + " episodes open, " + (episodes.size() - open) + " closed ones kept");
    assertThat(browser.evaluate("document.querySelector('#status-title').textContent").asText())
        .startsWith(open + " episodes open");
    assertThat(
            browser
                .evaluate("document.querySelectorAll('#alert-list button[data-open]').length")
                .asLong())
        .isEqualTo(Math.min(100, open));
    for (int i = 0; i < HOSTILE.size(); i++) {
      String text = HOSTILE.get(i);
      browser.evaluate(
          "[...document.querySelectorAll('#alert-list button')].find(button =>"
              + " button.querySelector('.key').textContent === "
              + JSON.writeValueAsString(text)
              + " && button.querySelector('.why').textContent.startsWith('12+ records'))"
              + ".click()");
      browser.await(
          "decodeURIComponent(location.hash) === "
              + JSON.writeValueAsString("#episode=hostile-" + i + text)
              + " && document.querySelector('#detail-title').textContent === "
              + JSON.writeValueAsString(text));
      assertThat(browser.evaluate("document.querySelector('#detail').textContent").asText())
          .contains("open for 10 min", "12+ records", "3 records", text);
    }
    requireAccessible(browser, "episodes");
  }

  private static void requireAlerts(Chromium browser, List<AnomalyAlert> newestFirst) {
    JsonNode keys =
        browser.evaluate(
            "[...document.querySelectorAll('#alert-list .key')].map(key => key.textContent)");
    List<String> shown = new ArrayList<>();
    keys.forEach(key -> shown.add(key.asText()));
    assertThat(shown)
        .containsExactlyElementsOf(
            newestFirst.stream().limit(100).map(AnomalyAlert::getKey).toList());
  }

  /** Each of the newest ones, opened by a click, says what its message says. */
  private static void requireOpened(Chromium browser, List<AnomalyAlert> newestFirst)
      throws Exception {
    for (int i = 0; i < HOSTILE.size() + 3; i++) {
      AnomalyAlert alert = newestFirst.get(i);
      browser.evaluate("document.querySelectorAll('#alert-list button')[" + i + "].click()");
      browser.await(
          "document.querySelector('#detail-title').textContent === "
              + JSON.writeValueAsString(alert.getKey()));
      String detail = browser.evaluate("document.querySelector('#detail').textContent").asText();
      assertThat(detail)
          .contains(alert.getSummary())
          .contains(minus("%.1f nats", alert.getLogLikelihood()))
          .contains("offset " + alert.getSource().getOffset());
      for (FieldContribution contribution : alert.getContributions()) {
        assertThat(detail)
            .contains(contribution.getField())
            .contains(minus("%.1f nats", contribution.getContribution()));
      }
      assertThat(browser.evaluate("decodeURIComponent(location.hash)").asText())
          .isEqualTo("#alert=" + alert.getId());
    }
  }

  private static String minus(String format, double number) {
    String text = String.format(Locale.ROOT, format, number);
    return text.startsWith("-0.0") ? text.substring(1) : text.replace('-', '\u2212');
  }

  private static void requireKeyboard(Chromium browser) throws Exception {
    browser.evaluate("document.activeElement.blur()");
    browser.press("Tab", 9);
    assertThat(browser.evaluate("document.activeElement.className").asText()).isEqualTo("skip");
    browser.evaluate("document.querySelector('#alert-list button').focus()");
    browser.press("ArrowDown", 40);
    browser.press("Enter", 13);
    browser.await(
        "document.activeElement.getAttribute('aria-current') === 'true'"
            + " && document.activeElement"
            + " === document.querySelectorAll('#alert-list button')[1]");
  }

  private static void requireHarmless(Chromium browser) {
    assertThat(browser.evaluate("typeof window.harmed").asText()).isEqualTo("undefined");
    assertThat(browser.evaluate("document.querySelectorAll('h1').length").asInt()).isEqualTo(1);
    assertThat(browser.evaluate("document.querySelectorAll('main img').length").asInt()).isZero();
    assertThat(browser.evaluate("document.querySelectorAll('script:not([src])').length").asInt())
        .isZero();
  }

  static void requireAccessible(Chromium browser, String view) throws IOException {
    if (browser.evaluate("typeof axe").asText().equals("undefined")) {
      try (InputStream axe = PageOnKafkaTest.class.getResourceAsStream("/axe.min.js")) {
        browser.evaluate(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    JsonNode found =
        browser.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then(result =>"
                + " result.violations.map(one => one.id + ': ' + one.nodes.map(node => node.html"
                + " + ' ' + node.failureSummary).join(' | ')))");
    assertThat(found).as("what axe found, " + view).isEmpty();
  }
}
