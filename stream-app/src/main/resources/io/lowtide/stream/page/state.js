// What the page knows, from the server's events.

const MOST_ALERTS = 1000;
const MOST_EPISODES = 500;
export const MOST_FLAGGED = 2000;
const MOST_RATES = 120;
export const SIZES = [300, 240, 240, 240];
const SILENCE = 6_000;
const RETRY = 10_000;

export class State {
  constructor(changed) {
    this.changed = changed;
    this.link = { up: false, text: "Connecting", since: Date.now() };
    this.heardAt = Date.now();
    this.ahead = 0;
    this.version = 0;
    this.clear();
    this.connect();
    setInterval(() => this.listen(), 1000);
    addEventListener("pagehide", () => this.source.close());
    addEventListener("pageshow", (event) => event.persisted && this.connect());
  }

  clear() {
    this.about = null;
    this.health = null;
    this.model = null;
    this.models = [];
    this.drift = [];
    this.recent = {};
    this.vitals = {};
    this.rates = [];
    this.reading = {};
    this.series = SIZES.map(() => ({ width: 1, spans: new Map() }));
    this.flagged = [];
    this.latestOfKey = new Map();
    this.newestOfKey = new Map();
    this.alerts = new Map();
    this.episodes = new Map();
  }

  /** The server's time, in milliseconds since 1970. */
  now() {
    return Date.now() + this.ahead;
  }

  connect() {
    this.source?.close();
    this.source = new EventSource("/page/events");
    this.source.addEventListener("snapshot", (event) => this.hear(event, true));
    this.source.addEventListener("change", (event) => this.hear(event, false));
    this.source.addEventListener("error", () => this.lost());
  }

  hear(event, fresh) {
    const news = JSON.parse(event.data);
    if (fresh) {
      this.clear();
    }
    this.heardAt = Date.now();
    this.ahead = news.at - this.heardAt;
    this.merge(news);
    this.setLink(true, "Live");
    this.changed(fresh ? "snapshot" : "change", news);
  }

  merge(news) {
    for (const name of ["about", "health", "model", "models", "drift", "recent", "reading"]) {
      if (name in news) {
        this[name] = news[name];
      }
    }
    if (news.alerts.length + news.flagged.length + (news.episodes ?? []).length > 0 || news.models || "model" in news
      || news.series.some((one) => one.spans.length > 0)) {
      this.version++;
    }
    this.vitals = news.vitals;
    if (news.rates) {
      this.rates = news.rates;
    } else if ("perSecond" in news.vitals) {
      this.rates.push(news.vitals.perSecond);
      this.rates.splice(0, this.rates.length - MOST_RATES);
    }
    news.series.forEach((one, index) => this.mergeSpans(this.series[index], one, SIZES[index]));
    this.flagged.push(...news.flagged);
    this.flagged.splice(0, this.flagged.length - MOST_FLAGGED);
    keep(this.alerts, news.alerts, MOST_ALERTS);
    keep(this.episodes, news.episodes ?? [], MOST_EPISODES);
    this.latestOfKey = new Map();
    for (const [time, , key] of this.flagged) {
      this.latestOfKey.set(key, Math.max(time, this.latestOfKey.get(key) ?? time));
    }
    this.newestOfKey = new Map();
    for (const episode of this.episodes.values()) {
      const other = this.newestOfKey.get(episode.key);
      if (isOpen(episode) && !(other?.firstSeen > episode.firstSeen)) {
        this.newestOfKey.set(episode.key, episode);
      }
    }
  }

  /**
   * When an episode was last seen. An open one is told of again when it gets worse; that it goes on
   * is known from the scores.
   */
  lastSeen(episode) {
    const goesOn = episode.key !== null && this.newestOfKey.get(episode.key) === episode;
    return Math.max(episode.lastSeen, goesOn ? this.latestOfKey.get(episode.key) ?? 0 : 0);
  }

  mergeSpans(kept, news, size) {
    kept.width = news.width;
    for (const [start, count, flagged, lowest, low, median, high] of news.spans) {
      kept.spans.set(start, { start, count, flagged, lowest, low, median, high });
    }
    if (kept.spans.size > size) {
      const oldest = Math.max(...kept.spans.keys()) - (size - 1) * kept.width;
      for (const start of kept.spans.keys()) {
        if (start < oldest) {
          kept.spans.delete(start);
        }
      }
    }
  }

  setLink(up, text) {
    if (this.link.up !== up) {
      // A loss is noticed some seconds after what was heard last.
      this.link.since = this.heardAt;
    }
    this.link = { ...this.link, up, text };
  }

  /** The browser comes back by itself, unless it was refused. */
  lost() {
    this.setLink(false, "Not connected");
    this.changed("link");
    if (this.source.readyState === EventSource.CLOSED) {
      this.askWhy();
    }
  }

  async askWhy() {
    let text = "Not connected";
    try {
      const answer = await fetch("/page/events", { method: "HEAD", cache: "no-store" });
      text = answer.status === 503 ? "Too many pages are open (page.connections)" : text;
    } catch {
      // The application is away.
    }
    this.setLink(false, text);
    this.changed("link");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), RETRY);
  }

  /** A connection may be dead without an error. */
  listen() {
    if (this.link.up && Date.now() - this.heardAt > SILENCE) {
      this.setLink(false, "Not connected");
      this.connect();
    }
    this.changed("time");
  }
}

/** An episode is over when its last message says why. */
export function isOpen(episode) {
  return episode.closedBy === null;
}

/** The drifts that go on, the one that was told of first at the beginning. */
export function drifts(state) {
  return state.drift.filter((one) => one.change === "RAISED").sort((one, other) => one.since - other.since);
}

/** By id; the latest of each, and of those the newest. */
function keep(kept, news, most) {
  for (const one of news) {
    kept.delete(one.id);
    kept.set(one.id, one);
  }
  for (const id of [...kept.keys()].slice(0, Math.max(0, kept.size - most))) {
    kept.delete(id);
  }
}
