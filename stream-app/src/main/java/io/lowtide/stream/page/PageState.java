package io.lowtide.stream.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lowtide.schemas.AnomalyAlert;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.Episode;
import io.lowtide.schemas.ScoredRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What the page shows of the output topics, bounded: the newest alerts, the newest flagged scores,
 * and the others thinned to {@link ScoreSeries}. One thread adds what it reads, another takes out
 * what is to be shown.
 */
final class PageState {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** The widths of spans, in milliseconds: 5 minutes, an hour, 6 hours and 2 days of them. */
  private static final long[] WIDTHS = {1_000, 15_000, 90_000, 720_000};

  private static final int[] SIZES = {300, 240, 240, 240};

  /** An event time further ahead is a mistake: it would move the others out of the picture. */
  private static final long MOST_AHEAD = Duration.ofMinutes(5).toMillis();

  private static final int MOST_FLAGGED = 2_000;
  private static final int LONGEST_KEY = 200;

  private final List<ScoreSeries> series = new ArrayList<>();
  private final KeptAlerts alerts = new KeptAlerts();
  private final KeptEpisodes episodes = new KeptEpisodes();
  private final Deque<JsonNode> flagged = new ArrayDeque<>();
  private final KeptModels models = new KeptModels();
  private final KeptDrifts drifts = new KeptDrifts();
  private final Deque<JsonNode> newFlagged = new ArrayDeque<>();
  private ObjectNode recentValues;
  private boolean recentValuesChanged;
  private boolean fresh;
  private long scoresRead;
  private long scoresLeftOut;
  private long scoresOutside;
  private long unreadable;
  private String fault;
  private long faultSince;
  private boolean caughtUp;

  /** What to send: the changes since the last time, or everything. */
  record News(ObjectNode changes, ObjectNode everything, boolean fresh) {}

  PageState() {
    clear();
  }

  /** Begins anew. */
  synchronized void clear() {
    series.clear();
    for (int i = 0; i < WIDTHS.length; i++) {
      series.add(new ScoreSeries(WIDTHS[i], SIZES[i]));
    }
    alerts.clear();
    episodes.clear();
    flagged.clear();
    models.clear();
    drifts.clear();
    newFlagged.clear();
    scoresRead = 0;
    scoresLeftOut = 0;
    scoresOutside = 0;
    unreadable = 0;
    fault = null;
    caughtUp = false;
    recentValues = JSON.objectNode();
    fresh = true;
  }

  /**
   * A score was read.
   *
   * @param now wall-clock time, in milliseconds
   */
  synchronized void add(ScoredRecord score, long now) {
    scoresRead++;
    long time = score.getEventTime().toEpochMilli();
    boolean kept = false;
    if (time <= now + MOST_AHEAD) {
      for (ScoreSeries each : series) {
        kept |= each.add(time, score.getLogLikelihood(), score.getAnomalous());
      }
    }
    if (!kept) {
      scoresOutside++;
    } else if (score.getAnomalous()) {
      ArrayNode point =
          JSON.arrayNode()
              .add(time)
              .add(score.getLogLikelihood())
              .add(shortened(score.getKey()))
              .add(score.getPValue());
      push(point, flagged, MOST_FLAGGED);
      push(point, newFlagged, MOST_FLAGGED);
    }
  }

  private static String shortened(String key) {
    return key == null || key.length() <= LONGEST_KEY ? key : key.substring(0, LONGEST_KEY) + "…";
  }

  private static <T> void push(T item, Deque<T> to, int most) {
    to.addLast(item);
    if (to.size() > most) {
      to.removeFirst();
    }
  }

  /**
   * An alert was read.
   *
   * @param bytes its size as a message
   */
  synchronized void add(AnomalyAlert alert, int bytes) {
    alerts.add(alert, bytes);
  }

  /**
   * A message about an episode was read.
   *
   * @param bytes its size
   */
  synchronized void add(Episode episode, int bytes) {
    episodes.add(episode, bytes);
  }

  /** A message about drift was read. */
  synchronized void add(DriftEvent event) {
    drifts.add(event);
  }

  /** A model was read. */
  synchronized void add(ModelEntry model) {
    models.add(model);
  }

  /** The challenger of the model in use was taken away. */
  synchronized void removeChallenger() {
    models.removeChallenger();
  }

  /** What the fields of the source records have been lately was found out anew. */
  synchronized void setRecentValues(ObjectNode values) {
    recentValuesChanged |= !values.equals(recentValues);
    recentValues = values;
  }

  /** Scores were not read, since too many came. */
  synchronized void leaveOut(long scores) {
    scoresLeftOut += scores;
  }

  /** A message was none that is known here. */
  synchronized void addUnreadable() {
    unreadable++;
  }

  /**
   * Something keeps the topics from being read, until they are read anew.
   *
   * @param text what that is
   * @param now wall-clock time, in milliseconds; of the first report is told since when
   */
  synchronized void reportFault(String text, long now) {
    if (fault == null) {
      faultSince = now;
    }
    fault = text;
  }

  /**
   * What was told before somebody watched has been read: until then nothing says that all is quiet.
   */
  synchronized void catchUp() {
    caughtUp = true;
  }

  /**
   * Takes out what is to be sent.
   *
   * @param wantsEverything whether somebody has come new
   */
  synchronized News take(boolean wantsEverything) {
    ObjectNode changes = describe(false);
    ObjectNode everything = wantsEverything || fresh ? describe(true) : null;
    newFlagged.clear();
    recentValuesChanged = false;
    News news = new News(changes, everything, fresh);
    fresh = false;
    return news;
  }

  private ObjectNode describe(boolean everything) {
    ObjectNode node = JSON.objectNode();
    ArrayNode all = node.putArray("series");
    for (ScoreSeries each : series) {
      ObjectNode one = all.addObject().put("width", each.width());
      if (everything) {
        each.addAll(one.putArray("spans"));
      } else {
        each.addChanges(one.putArray("spans"));
      }
    }
    node.putArray("flagged").addAll(everything ? flagged : newFlagged);
    describeAlerts(node, everything);
    if (everything || models.haveChanged()) {
      models.addAll(node.putArray("models"));
    }
    if (everything || drifts.haveChanged()) {
      drifts.addAll(node.putArray("drift"));
    }
    if (everything || recentValuesChanged) {
      node.set("recent", recentValues);
    }
    node.putObject("reading")
        .put("fault", fault)
        .put("faultSince", fault == null ? null : faultSince)
        .put("caughtUp", caughtUp)
        .put("scoresRead", scoresRead)
        .put("scoresLeftOut", scoresLeftOut)
        .put("scoresOutside", scoresOutside)
        .put("unreadable", unreadable);
    return node;
  }

  /** The alerts with the episodes that are shown by them. */
  private void describeAlerts(ObjectNode node, boolean everything) {
    ArrayNode shown = node.putArray("alerts");
    ArrayNode told = node.putArray("episodes");
    if (everything) {
      alerts.addAll(shown, episodes.worst());
      episodes.addAll(told);
    } else {
      alerts.addChanges(shown, episodes.worst(), episodes.worstOfChanged());
      episodes.addChanges(told);
    }
  }
}
