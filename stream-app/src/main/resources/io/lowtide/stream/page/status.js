// The answer in five seconds: what is wrong, how wrong, since when.

import { byId, html, say } from "./dom.js";
import { records, titleOf } from "./list.js";
import { drifts, isOpen } from "./state.js";
import { ago, duration, isolated, level, moment, plural, rank, rarity, sentence } from "./text.js";

/** How long an alert counts as of now. */
const RECENT = 15 * 60_000;

export function showStatus(state) {
  const { level, title, text, facts } = judge(state);
  byId("status").dataset.level = level;
  say(byId("status-title"), title);
  say(byId("status-text"), text);
  showFacts(byId("status-facts"), facts ?? []);
  document.title = `${title} · Lowtide`;
}

function showFacts(list, facts) {
  const wanted = facts.map(([name, value]) => `${name}\n${value}`).join("\n\n");
  if (list.dataset.shown === wanted) {
    return;
  }
  list.dataset.shown = wanted;
  list.replaceChildren(
    ...facts.map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value))),
  );
}

function judge(state) {
  const now = state.now();
  if (!state.link.up) {
    return {
      level: "lost",
      title: state.about ? "This page lost its application" : "Connecting …",
      text: state.about
        ? `${state.link.text} for ${duration(Date.now() - state.link.since)}. What is below is as it was then.`
        : state.link.text,
    };
  }
  if (!state.health.ready) {
    return {
      level: state.health.live ? "waiting" : "down",
      title: state.health.live ? "Not scoring" : "Stopped",
      text: sentence(state.health.reason),
      facts: age(state.reading, now),
    };
  }
  if (state.reading.fault) {
    return { level: "waiting", title: "This page is not up to date", text: state.reading.fault, facts: age(state.reading, now) };
  }
  if (!state.reading.caughtUp) {
    return { level: "waiting", title: "Reading …", text: "What was told before is being read back." };
  }
  const found = state.about.episodesTopic
    ? judgeEpisodes([...state.episodes.values()], state, now)
    : judgeAlerts([...state.alerts.values()], now);
  return withDrift(found, drifts(state), now);
}

/** Since when nothing new can have come, and so what is shown is old. */
function age({ fault, faultSince, caughtUp }, now) {
  if (!fault) {
    return [];
  }
  const since = `since ${moment(faultSince, now)} (${duration(now - faultSince)})`;
  return [["What is below", caughtUp ? `old: nothing new was read ${since}` : `nothing: it cannot be read ${since}`]];
}

/** The detector, too, can be what is wrong. */
function withDrift(found, [first], now) {
  if (!first) {
    return found;
  }
  const fact = ["Drift", `since ${moment(first.since, now)} (${duration(now - first.since)})`];
  return found.level === "quiet"
    ? { level: "unusual", title: "Records have drifted", text: first.summary, facts: [fact] }
    : { ...found, facts: [...found.facts, fact] };
}

function judgeEpisodes(episodes, state, now) {
  const open = episodes.filter(isOpen);
  if (open.length === 0) {
    const last = Math.max(...episodes.map((episode) => episode.lastSeen));
    return quiet(Number.isFinite(last)
      ? `The last episode was over ${ago(last, now)}, at ${moment(last, now)}.`
      : "There has been no episode among those that are kept.");
  }
  const gravity = (episode) => episode.worst?.severity ?? 0;
  const worst = open.reduce((one, other) => (gravity(other) > gravity(one) ? other : one));
  const grave = worst.worst === null || rank(worst.worst) >= 2;
  return {
    level: grave ? "grave" : "unusual",
    title: open.length === 1
      ? `${isolated(titleOf(worst))} is unusual`
      : `${plural(open.length, "episode", "episodes")} open, ${isolated(titleOf(worst))} the worst`,
    text: worst.worst?.summary ?? worst.summary,
    facts: [
      ...(worst.worst ? [["How wrong", `${level(worst.worst)}, ${rarity(worst.worst)}`]] : []),
      ["Since", `${moment(worst.firstSeen, now)} (${duration(now - worst.firstSeen)})`],
      ["Last seen", ago(state.lastSeen(worst), now)],
      ["How many", records(worst)],
      ...(open.length > 1 ? [["Oldest open one", duration(now - Math.min(...open.map((one) => one.firstSeen)))]] : []),
    ],
  };
}

function quiet(text) {
  return { level: "quiet", title: "Nothing unusual now", text };
}

function judgeAlerts(alerts, now) {
  const recent = alerts.filter((alert) => alert.eventTime > now - RECENT);
  if (recent.length === 0) {
    const last = Math.max(...alerts.map((alert) => alert.eventTime).filter((time) => time <= now));
    return quiet(Number.isFinite(last)
      ? `The last alert was ${ago(last, now)}, at ${moment(last, now)}.`
      : "There has been no alert among those that are kept.");
  }
  const worst = recent.reduce((one, other) => (other.severity > one.severity ? other : one));
  const keys = new Set(recent.map((alert) => alert.key)).size;
  const first = Math.min(...recent.map((alert) => alert.eventTime));
  const latest = Math.max(...recent.map((alert) => alert.eventTime));
  return {
    level: rank(worst) >= 2 ? "grave" : "unusual",
    title: keys === 1 && worst.key !== null
      ? `${isolated(worst.key)} is unusual`
      : `${plural(keys, "key", "keys")} unusual in the last ${duration(RECENT)}`,
    text: worst.summary,
    facts: [
      ["Worst", worst.key === null ? "a record without a key" : isolated(worst.key)],
      ["How wrong", `${level(worst)}, ${rarity(worst)}`],
      ["First", moment(first, now)],
      ["Latest", ago(latest, now)],
      ["Alerts", String(recent.length)],
    ],
  };
}
