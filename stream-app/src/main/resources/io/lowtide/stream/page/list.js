// The episodes, or the alerts, that are kept, newest or worst first. Items stay in place while they
// are shown, so that whoever reads or tabs through them is not thrown off.

import { byId, html, say } from "./dom.js";
import { isOpen } from "./state.js";
import { ago, duration, figures, level, moment, plural, rank, rarity, whole } from "./text.js";

const MOST_SHOWN = 100;
const RECENT = 15 * 60_000;

export class EntryList {
  constructor(open) {
    this.open = open;
    this.items = new Map();
    this.list = byId("alert-list");
    this.list.addEventListener("keydown", (event) => this.move(event));
  }

  /** Episodes where there are any to come, unless somebody wants the alerts. */
  showsEpisodes(state) {
    return Boolean(state.about?.episodesTopic) && chosen("kind") === "episodes";
  }

  entries(state) {
    const entries = this.showsEpisodes(state)
      ? [...state.episodes.values()].map((episode) => ofEpisode(episode, state.lastSeen(episode)))
      : [...state.alerts.values()].map(ofAlert);
    // By the time that is told of each: since when it is open, or when it was last seen.
    const told = (entry) => (entry.open ? entry.since : entry.time);
    const newest = (one, other) => other.open - one.open || told(other) - told(one);
    return entries.sort(
      chosen("order") === "worst"
        ? (one, other) => other.open - one.open || other.severity - one.severity || newest(one, other)
        : newest,
    );
  }

  /** What is open while nobody has chosen: the worst that is going on. */
  first(state) {
    const entries = this.entries(state);
    const latest = Math.max(...entries.map((entry) => entry.time));
    const current = entries.filter((entry) => entry.open || entry.time > latest - RECENT);
    const open = current.filter((entry) => entry.open);
    const worst = (open.length > 0 ? open : current).reduce(
      (one, other) => (one === null || other.severity > one.severity ? other : one),
      null,
    );
    return worst === null ? null : { kind: worst.kind, id: worst.id };
  }

  show(state, opened, changed) {
    const now = state.now();
    byId("kind").hidden = !state.about?.episodesTopic;
    if (changed) {
      say(byId("alerts-title"), this.showsEpisodes(state) ? "Episodes" : "Alerts");
      say(byId("alerts-note"), this.note(state));
      this.arrange(this.entries(state).slice(0, MOST_SHOWN));
    }
    for (const item of this.items.values()) {
      const { entry } = item;
      say(item.time, entry.open ? `for ${duration(now - entry.since)}` : ago(entry.time, now));
      item.time.title = moment(entry.open ? entry.since : entry.time, now);
      if (entry.id === opened?.id && entry.kind === opened?.kind) {
        item.button.setAttribute("aria-current", "true");
      } else {
        item.button.removeAttribute("aria-current");
      }
    }
  }

  arrange(entries) {
    const wanted = new Set(entries.map((entry) => entry.name));
    for (const [name, item] of this.items) {
      if (!wanted.has(name)) {
        item.element.remove();
        this.items.delete(name);
      }
    }
    let place = this.list.firstElementChild;
    for (const entry of entries) {
      const item = this.items.get(entry.name) ?? this.make(entry.name);
      fill(item, entry);
      if (item.element === place) {
        place = place.nextElementSibling;
      } else {
        this.list.insertBefore(item.element, place);
      }
    }
  }

  make(name) {
    const item = {
      key: html("bdi", { class: "key" }),
      rarity: html("span", { class: "rarity" }),
      why: html("bdi", { class: "why" }),
      time: html("time", {}),
    };
    item.button = html(
      "button",
      { type: "button" },
      html("span", { class: "first" }, item.key, item.rarity),
      html("span", { class: "second" }, item.why, item.time),
    );
    item.button.addEventListener("click", () => this.open(item.entry));
    item.element = html("li", {}, item.button);
    this.items.set(name, item);
    return item;
  }

  /** Arrow keys go from item to item. */
  move(event) {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const next = step && event.target.closest("li")?.[step];
    if (next) {
      event.preventDefault();
      next.firstElementChild.focus();
    }
  }

  note(state) {
    const { about } = state;
    if (!about) {
      return "";
    }
    if (this.showsEpisodes(state)) {
      const open = [...state.episodes.values()].filter(isOpen).length;
      return state.episodes.size === 0
        ? none(state, `No episode on ${about.episodesTopic} yet.`)
        : `${plural(open, "episode", "episodes")} open, ${state.episodes.size - open} closed ones kept, of ${about.episodesTopic}.`;
    }
    if (state.alerts.size === 0) {
      return none(state, `No alert on ${about.alertsTopic} yet.`);
    }
    const shown = Math.min(MOST_SHOWN, state.alerts.size);
    const count = plural(state.alerts.size, "alert", "alerts");
    return `${shown < state.alerts.size ? `${whole(shown)} of ${count}` : count} of ${about.alertsTopic}; repeats of a key within ${Math.round(about.suppressionWindow / 60_000)} min are withheld.`;
  }
}

/** Of topics that have not been read nothing is known. */
export function none(state, text) {
  return state.reading.caughtUp ? text : "Not read yet.";
}

function chosen(name) {
  return document.querySelector(`input[name="${name}"]:checked`).value;
}

function fill(item, entry) {
  item.entry = entry;
  say(item.key, entry.title);
  say(item.rarity, entry.rarity);
  say(item.why, entry.why);
  item.button.dataset.rank = entry.rank;
  if (entry.open) {
    item.button.dataset.open = "";
  } else {
    delete item.button.dataset.open;
  }
}

function ofAlert(alert) {
  return {
    kind: "alert",
    id: alert.id,
    name: `alert ${alert.id}`,
    title: alert.key ?? "(no key)",
    rank: rank(alert),
    severity: alert.severity,
    rarity: `${level(alert)}, ${rarity(alert)}`,
    why: why(alert),
    time: alert.eventTime,
    since: alert.eventTime,
    open: false,
  };
}

function ofEpisode(episode, lastSeen) {
  const { worst } = episode;
  return {
    kind: "episode",
    id: episode.id,
    name: `episode ${episode.id}`,
    title: titleOf(episode),
    rank: worst ? rank(worst) : 1,
    severity: worst ? worst.severity : 0,
    rarity: worst ? `${level(worst)}, ${rarity(worst)}` : "",
    why: [records(episode), ...episode.fields.slice(0, 3)].join(", "),
    time: lastSeen,
    since: episode.firstSeen,
    open: isOpen(episode),
  };
}

/** How many there were when it was last told of; while it is open there may be more. */
export function records(episode) {
  return isOpen(episode)
    ? `${whole(episode.count)}+ records`
    : plural(episode.count, "record", "records");
}

/** What an episode is about. */
export function titleOf(episode) {
  if (episode.kind === "UNSCORABLE") {
    return `Records without a score, partition ${episode.source.partition}`;
  }
  return episode.key ?? "(no key)";
}

function why(alert) {
  const first = alert.contributions[0];
  if (!first) {
    return "";
  }
  const normal = normalOf(first);
  return `${first.field} ${valueOf(first)}${normal ? `, ${normal}` : ""}`;
}

/** A field's value, told apart from what is normal for it. */
export function valueOf(contribution) {
  return contribution.text ?? figures(contribution.value, Math.max(apart(contribution), distance(contribution)));
}

/** How far apart the numbers of a field lie: the expected range's width, else the value's distance. */
function apart(contribution) {
  return contribution.expectedHigh - contribution.expectedLow || distance(contribution);
}

/** Of the value from what is normal; 0 where one is not known. */
function distance({ value, expectedLow, expectedHigh, normalValue }) {
  const low = expectedLow ?? normalValue ?? value;
  const high = expectedHigh ?? normalValue ?? value;
  return Math.max(0, low - value, value - high) || 0;
}

/** What would be normal for a field: a range where there is one, else the nearest normal value. */
export function normalOf(contribution) {
  const { expectedLow, expectedHigh, normalText, normalValue } = contribution;
  if (Number.isFinite(expectedLow) && Number.isFinite(expectedHigh)) {
    const width = apart(contribution);
    return `expected ${figures(expectedLow, width)} to ${figures(expectedHigh, width)}`;
  }
  if (normalText === null && !Number.isFinite(normalValue)) {
    return "";
  }
  return `normal ${normalText ?? figures(normalValue, apart(contribution))}`;
}
