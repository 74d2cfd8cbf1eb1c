// Log-likelihood over event time: the median and the middle of each span, what was flagged, and
// the threshold. Near the threshold the axis is linear; far below it, logarithmic.

import { byId, html, say, svg } from "./dom.js";
import { none } from "./list.js";
import { MOST_FLAGGED, SIZES } from "./state.js";
import { moment, nats, plural, share, tick, whole } from "./text.js";

const HEIGHT = 230;
const TOP = 14;
const BOTTOM = 26;
const LEFT = 52;
const RIGHT = 14;
const HALF_A_NAME = 28;
const MOST_ROWS = 24;
const SECOND = 1000;

/** Index of the series whose spans make up an hour. */
const HOUR = 1;
const LEEWAY = 1.05;
const STEPS = [
  1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800,
].map((seconds) => seconds * SECOND);

export class Line {
  constructor(open) {
    this.open = open;
    this.chosen = null;
    this.box = byId("line");
    this.box.addEventListener("pointermove", (event) => this.point(event));
    this.box.addEventListener("pointerleave", () => this.unpoint());
    this.box.addEventListener("click", (event) => this.pick(event));
  }

  choose(range) {
    this.chosen = range;
  }

  /** An hour, or more if what is opened began before; unless one was chosen. */
  range(state, since) {
    if (this.chosen !== null) {
      return this.chosen;
    }
    const newest = Math.max(...state.series[HOUR].spans.keys());
    const needed = since === null ? 0 : LEEWAY * (newest - since);
    const fitting = state.series.findIndex(
      (one, index) => index >= HOUR && one.width * SIZES[index] >= needed,
    );
    return fitting < 0 ? SIZES.length - 1 : fitting;
  }

  /**
   * @param place of what is opened: the id of its alert, when it began, and of an episode its key
   *     and times
   */
  show(state, place) {
    say(byId("line-note"), note(state));
    const shown = [state.version, JSON.stringify(place), this.chosen, this.box.clientWidth].join("/");
    if (shown === this.shown) {
      return;
    }
    this.shown = shown;
    const range = this.range(state, place.since);
    document.querySelector(`#range input[value="${range}"]`).checked = true;
    const series = state.series[range];
    const spans = [...series.spans.values()].sort((one, other) => one.start - other.start);
    this.spans = spans;
    this.width = series.width;
    this.table(spans, state);
    if (!state.about || (spans.length === 0 && state.alerts.size === 0)) {
      this.box.replaceChildren(html("p", { class: "empty" }, empty(state)));
      this.x = null;
      this.unpoint();
      return;
    }
    this.draw(state, spans, place);
    if (!this.pointed) {
      this.unpoint();
    }
  }

  draw(state, spans, { id: openId, episode }) {
    const width = Math.max(260, this.box.clientWidth);
    const dots = this.dots(state, spans);
    const from = spans.length > 0 ? spans[0].start : Math.min(...dots.map((dot) => dot.time));
    const until = spans.length > 0
      ? spans[spans.length - 1].start + this.width
      : Math.max(...dots.map((dot) => dot.time)) + 1;
    const x = (time) => LEFT + ((time - from) / Math.max(1, until - from)) * (width - LEFT - RIGHT);
    const scale = verticalScale(state, spans, dots);
    const y = (value) => TOP + (1 - scale.place(value)) * (HEIGHT - TOP - BOTTOM);
    this.x = x;
    this.hasEpisode = episode !== null;
    this.from = from;
    this.until = until;
    this.drawnDots = dots.map((dot) => ({ ...dot, x: x(dot.time), y: y(dot.value) }));

    const chart = svg("svg", {
      viewBox: `0 0 ${width} ${HEIGHT}`,
      width,
      height: HEIGHT,
      role: "img",
      "aria-label": this.describe(state, spans, dots),
    });
    for (const value of scale.ticks) {
      chart.append(
        svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
        svg("text", { class: "tick", x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, nats(value).replace(".0", "")),
      );
    }
    const step = STEPS.find((one) => (until - from) / one <= Math.max(3, width / 110)) ?? STEPS[STEPS.length - 1];
    for (let time = Math.ceil(localFloor(from, step) / step) * step; time <= until; time += step) {
      const at = fromLocal(time);
      if (at >= from && at <= until) {
        // At the right edge half of a name would be cut off.
        const anchor = x(at) > width - HALF_A_NAME ? "end" : "middle";
        chart.append(svg("text", { class: "tick", x: x(at), y: HEIGHT - 7, "text-anchor": anchor }, tick(at, step)));
      }
    }
    if (episode && episode.until >= from && episode.from <= until) {
      const begin = x(Math.max(from, episode.from));
      chart.append(
        svg("rect", {
          class: "episode",
          x: begin - 2,
          y: TOP,
          width: x(Math.min(until, episode.until)) - begin + 4,
          height: HEIGHT - TOP - BOTTOM,
        }),
      );
    }
    for (const piece of pieces(spans, this.width)) {
      const middle = (span) => x(span.start + this.width / 2);
      const upper = piece.map((span) => `${middle(span)},${y(span.high)}`);
      const lower = piece.map((span) => `${middle(span)},${y(span.low)}`).reverse();
      chart.append(
        svg("polygon", { class: "band", points: [...upper, ...lower].join(" ") }),
        svg("polyline", { class: "median", points: piece.map((span) => `${middle(span)},${y(span.median)}`).join(" ") }),
      );
    }
    const { threshold } = state.model ?? {};
    if (Number.isFinite(threshold)) {
      chart.append(
        svg("line", { class: "threshold", x1: LEFT, x2: width - RIGHT, y1: y(threshold), y2: y(threshold) }),
        svg("text", { class: "threshold-name", x: width - RIGHT, y: y(threshold) - 6, "text-anchor": "end" }, `flagged below ${nats(threshold)}`),
      );
    }
    chart.append(
      svg("path", { class: "flag", d: points(this.drawnDots.filter((dot) => dot.id === null)) }),
      svg("path", { class: "flag alert", d: points(this.drawnDots.filter((dot) => dot.id !== null)) }),
    );
    if (episode) {
      const isOfIt = (dot) =>
        dot.key === episode.key && dot.time >= episode.from && dot.time <= episode.until;
      chart.append(svg("path", { class: "flag own", d: points(this.drawnDots.filter(isOfIt)) }));
    }
    const opened = this.drawnDots.find((dot) => dot.id !== null && dot.id === openId);
    if (opened) {
      chart.append(
        svg("line", { class: "opened", x1: opened.x, x2: opened.x, y1: TOP, y2: HEIGHT - BOTTOM }),
        svg("circle", { class: "opened", cx: opened.x, cy: opened.y, r: 6 }),
      );
    }
    this.cursor = svg("line", { class: "cursor", y1: TOP, y2: HEIGHT - BOTTOM, visibility: "hidden" });
    chart.append(this.cursor);
    this.box.replaceChildren(chart);
  }

  /** Flagged scores, and alerts where there are no scores. */
  dots(state, spans) {
    const from = spans.length > 0 ? spans[0].start : -Infinity;
    const until = spans.length > 0 ? spans[spans.length - 1].start + this.width : Infinity;
    const within = (time) => time >= from && time < until;
    const alerts = new Map();
    for (const alert of state.alerts.values()) {
      alerts.set(`${alert.eventTime}/${alert.logLikelihood}`, alert.id);
    }
    const dots = [];
    for (const [time, value, key] of state.flagged) {
      const name = `${time}/${value}`;
      if (within(time)) {
        dots.push({ time, value, key, id: alerts.get(name) ?? null });
      }
      alerts.delete(name);
    }
    for (const alert of state.alerts.values()) {
      if (alerts.has(`${alert.eventTime}/${alert.logLikelihood}`) && within(alert.eventTime)) {
        dots.push({ time: alert.eventTime, value: alert.logLikelihood, key: alert.key, id: alert.id });
      }
    }
    return dots;
  }

  describe(state, spans, dots) {
    const records = spans.reduce((sum, span) => sum + span.count, 0);
    const lowest = dots.reduce((least, dot) => Math.min(least, dot.value), Infinity);
    const threshold = state.model ? `Records below ${nats(state.model.threshold)} nats are flagged. ` : "";
    return `Log-likelihood of ${plural(records, "record", "records")} over event time. ${threshold}`
      + (dots.length > 0 ? `${plural(dots.length, "flagged record is", "flagged records are")} shown, the lowest at ${nats(lowest)} nats.` : "None is flagged.");
  }

  table(spans, state) {
    const now = state.now();
    const each = Math.max(1, Math.ceil(spans.length / MOST_ROWS));
    const rows = [];
    for (let end = spans.length; end > 0; end -= each) {
      const group = spans.slice(Math.max(0, end - each), end);
      const middle = group[Math.floor(group.length / 2)];
      rows.push([
        moment(group[0].start, now),
        whole(group.reduce((sum, span) => sum + span.count, 0)),
        whole(group.reduce((sum, span) => sum + span.flagged, 0)),
        nats(middle.median),
        nats(Math.min(...group.map((span) => span.lowest))),
      ]);
    }
    byId("line-table").replaceChildren(
      ...rows.map((row) => html("tr", {}, ...row.map((cell) => html("td", {}, cell)))),
    );
  }

  point(event) {
    if (!this.x || this.spans.length === 0) {
      return;
    }
    const at = event.clientX - this.box.getBoundingClientRect().left;
    const nearest = this.spans.reduce((one, other) =>
      Math.abs(this.x(other.start + this.width / 2) - at) < Math.abs(this.x(one.start + this.width / 2) - at) ? other : one);
    this.pointed = true;
    const place = this.x(nearest.start + this.width / 2);
    this.cursor.setAttribute("x1", place);
    this.cursor.setAttribute("x2", place);
    this.cursor.setAttribute("visibility", "visible");
    say(
      byId("line-readout"),
      `${moment(nearest.start, Date.now())}: ${plural(nearest.count, "record", "records")}, ${whole(nearest.flagged)} flagged, `
        + `median ${nats(nearest.median)}, lowest ${nats(nearest.lowest)}`,
    );
  }

  unpoint() {
    this.pointed = false;
    this.cursor?.setAttribute("visibility", "hidden");
    const count = this.spans.reduce((sum, span) => sum + span.count, 0);
    const flagged = this.spans.reduce((sum, span) => sum + span.flagged, 0);
    say(
      byId("line-readout"),
      count > 0
        ? `${plural(count, "score", "scores")}, ${whole(flagged)} flagged (${share(flagged / count)}). Line: median; band: middle 80 %; dots: flagged, alerts larger${this.hasEpisode ? "; shaded: the episode that is opened, its records picked out" : ""}.`
        : "",
    );
  }

  /** A dot of an alert opens it. */
  pick(event) {
    if (!this.drawnDots) {
      return;
    }
    const box = this.box.getBoundingClientRect();
    const distance = (dot) => Math.hypot(dot.x - (event.clientX - box.left), dot.y - (event.clientY - box.top));
    const near = this.drawnDots.filter((dot) => dot.id !== null && distance(dot) < 12);
    if (near.length > 0) {
      this.open(near.reduce((one, other) => (distance(other) < distance(one) ? other : one)).id);
    }
  }
}

function empty(state) {
  if (!state.about) {
    return "";
  }
  return state.about.scoresTopic === null
    ? none(state, "No scores topic is set (scores.topic), and there is no alert yet.")
    : none(state, `No score on ${state.about.scoresTopic} yet.`);
}

function note(state) {
  const { reading, about } = state;
  if (!about) {
    return "";
  }
  const parts = [];
  if (reading.fault) {
    parts.push(`${reading.fault}.`);
  }
  if (about.scoresTopic === null) {
    parts.push("Alerts alone: with scores.topic set there would be a line.");
  }
  if (reading.scoresLeftOut > 0) {
    parts.push(
      `About ${plural(reading.scoresLeftOut, "score was", "scores were")} left out: more than page.scores.per.second (${whole(about.scoresPerSecond)}) came. Alerts are all read.`,
    );
  }
  if (reading.scoresOutside > 0) {
    parts.push(`${plural(reading.scoresOutside, "score has", "scores have")} an event time outside of what is kept.`);
  }
  if (reading.unreadable > 0) {
    parts.push(`${plural(reading.unreadable, "message was", "messages were")} none that this page knows.`);
  }
  if (state.flagged.length >= MOST_FLAGGED) {
    parts.push(`The newest ${whole(MOST_FLAGGED)} flagged scores are dots.`);
  }
  return parts.join(" ");
}

/** Each point is a line without length, which its round ends make a dot. */
function points(dots) {
  return dots.map((dot) => `M${dot.x.toFixed(1)} ${dot.y.toFixed(1)}h0`).join("");
}

/** Where spans follow each other; a line is not drawn across silence. */
function pieces(spans, width) {
  const all = [];
  let piece = [];
  for (const span of spans) {
    const before = piece[piece.length - 1];
    if (before && span.start - before.start > 3 * width) {
      all.push(piece);
      piece = [];
    }
    piece.push(span);
  }
  if (piece.length > 0) {
    all.push(piece);
  }
  return all;
}

function verticalScale(state, spans, dots) {
  const values = [...spans.flatMap((span) => [span.low, span.median, span.high]), ...dots.map((dot) => dot.value)]
    .filter(Number.isFinite);
  const threshold = state.model?.threshold;
  if (Number.isFinite(threshold)) {
    values.push(threshold);
  }
  const top = Math.max(...values);
  const bottom = Math.min(...values);
  const centre = Number.isFinite(threshold) ? threshold : top;
  const unit = Math.max((top - centre) / 2, 1e-6, (top - bottom) * 1e-9);
  const bend = (value) => Math.asinh((value - centre) / unit);
  const low = bend(bottom) - 0.15;
  const high = bend(top) + 0.25;
  return {
    place: (value) => (bend(Math.max(bottom, Math.min(top, value))) - low) / (high - low),
    ticks: verticalTicks(bottom, top, centre, (value) => (bend(value) - low) / (high - low)),
  };
}

/** Round values far enough from each other. */
function verticalTicks(bottom, top, centre, place) {
  const size = Math.max(Math.abs(bottom), Math.abs(top));
  const candidates = [0];
  for (let power = -2; 10 ** power <= size; power++) {
    for (const digit of [1, 2, 5]) {
      candidates.push(digit * 10 ** power, -digit * 10 ** power);
    }
  }
  const chosen = [];
  const important = (value) => (value === 0 ? 100 : Math.log10(Math.abs(value)));
  for (const value of candidates.sort((one, other) => important(other) - important(one))) {
    const fits = value >= bottom && value <= top && chosen.every((other) => Math.abs(place(other) - place(value)) > 0.11);
    if (fits && Math.abs(place(value) - place(centre)) > 0.06) {
      chosen.push(value);
    }
  }
  return chosen;
}

function offset(time) {
  return new Date(time).getTimezoneOffset() * 60_000;
}

/** Ticks are at round times of the clock here. */
function localFloor(time, step) {
  return Math.floor((time - offset(time)) / step) * step;
}

function fromLocal(time) {
  return time + offset(time);
}
