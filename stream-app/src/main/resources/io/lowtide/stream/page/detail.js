// What is opened, an alert or an episode with its worst record: what each field did to the
// likelihood, beside what is normal for the field.

import { byId, fill, html, say, svg } from "./dom.js";
import { normalOf, records, titleOf, valueOf } from "./list.js";
import { isOpen } from "./state.js";
import { ago, duration, figures, level, moment, nats, plural, rarity, share } from "./text.js";

const MIDDLE = 13;
const MOST_ROWS = 12;

/** In nats: what is less is shown as nothing. */
const LEAST_TOLD = 0.05;

const PATTERNS = {
  FIELD: "in one field",
  GROUP: "in some fields together",
  JOINT: "only as a whole",
};

const ENDS = {
  SILENCE: "no further record of it",
  SOURCE_SILENT: "its source fell silent",
  RECOVERED: "records have scores again",
  LIMIT: "too many were open",
};

export class Detail {
  /** Texts that move on with the time; none before there is anything to draw. */
  times = [];

  /** Where what is opened is in time: the alert, and from when until when its key was unusual. */
  place(state, opened) {
    if (opened?.kind !== "episode") {
      const alert = state.alerts.get(opened?.id);
      return { id: opened?.id ?? null, since: alert?.eventTime ?? null, episode: null };
    }
    const episode = state.episodes.get(opened.id);
    return {
      id: episode?.worst?.id ?? null,
      since: episode?.firstSeen ?? null,
      episode: episode
        ? { key: episode.key, from: episode.firstSeen, until: state.lastSeen(episode) }
        : null,
    };
  }

  show(state, opened, drawn) {
    if (drawn) {
      const episode = opened?.kind === "episode" ? state.episodes.get(opened.id) : undefined;
      const alert = state.alerts.get(this.place(state, opened).id);
      const seen = episode && state.lastSeen(episode);
      const shown = [opened?.kind, opened?.id, episode, seen, alert, state.model, state.recent];
      if (!this.shown || shown.some((one, index) => one !== this.shown[index])) {
        this.shown = shown;
        this.draw(state, opened, episode, alert);
      }
    }
    const now = state.now();
    this.times.forEach(({ element, text }) => say(element, text(now)));
  }

  draw(state, opened, episode, alert) {
    this.times = [];
    const body = byId("detail-body");
    if (episode) {
      say(byId("detail-title"), titleOf(episode));
      fill(body, ...this.episode(episode, alert, state));
    } else if (alert && opened.kind === "alert") {
      say(byId("detail-title"), alert.key ?? "A record without a key");
      fill(body, ...this.alert(alert, state));
    } else {
      say(byId("detail-title"), opened === null ? "Nothing is opened" : "This is not kept here");
      fill(
        body,
        html(
          "p",
          { class: "note" },
          opened === null
            ? "Open one from the list to see what made the record improbable."
            : "The page keeps the newest alone; all are on their topic: ./lowtide alerts --json.",
        ),
      );
    }
  }

  /** An element whose text moves on with the time. */
  time(text) {
    const element = html("time", {});
    this.times.push({ element, text });
    return element;
  }

  at(time) {
    return this.time((now) => `${moment(time, now)} (${ago(time, now)})`);
  }

  episode(episode, alert, state) {
    const { worst } = episode;
    const open = isOpen(episode);
    return [
      html("p", { class: "summary" }, episode.summary),
      html(
        "dl",
        { class: "facts" },
        fact("State", open
          ? this.time((now) => `open for ${duration(now - episode.firstSeen)}`)
          : `closed: ${ENDS[episode.closedBy] ?? "over"}`),
        fact("First seen", this.at(episode.firstSeen)),
        fact("Last seen", this.at(state.lastSeen(episode))),
        fact("How many", records(episode)),
        worst ? fact("Worst", `${level(worst)}, ${rarity(worst)}`) : null,
        episode.fields.length > 0 ? fact("Fields in common", html("bdi", {}, episode.fields.join(", "))) : null,
      ),
      reasons(episode),
      ...(worst ? this.worst(worst, alert, state) : []),
      detectorState(episode.detectorState),
    ];
  }

  worst(worst, alert, state) {
    if (!alert) {
      return [
        html("h3", {}, "Its worst record"),
        html("p", { class: "note" }, `Log-likelihood ${nats(worst.logLikelihood)} nats; `, place(worst)),
      ];
    }
    return [
      html("h3", {}, "Its worst record, ", this.at(alert.eventTime)),
      this.fields(alert, state),
      legend(alert),
      brief(alert),
      context(alert),
      origin(alert),
    ];
  }

  alert(alert, state) {
    return [
      html("p", { class: "summary" }, alert.summary),
      html(
        "dl",
        { class: "facts" },
        fact("When", this.at(alert.eventTime)),
        fact("How wrong", `${level(alert)}, ${rarity(alert)}`),
        PATTERNS[alert.pattern] ? fact("Unusual", PATTERNS[alert.pattern]) : null,
        fact(
          "Log-likelihood",
          Number.isFinite(alert.normalLogLikelihood)
            ? `${nats(alert.logLikelihood)} nats, normal ${nats(alert.normalLogLikelihood)}`
            : `${nats(alert.logLikelihood)} nats`,
        ),
        fact("p-value", `${figures(alert.pValue)}, budget ${share(alert.budget)}`),
        alert.suppressed > 0
          ? fact("Withheld before", plural(alert.suppressed, "repeat", "repeats"))
          : null,
      ),
      html("h3", {}, "What made it improbable"),
      this.fields(alert, state),
      legend(alert),
      brief(alert),
      context(alert),
      detectorState(alert.detectorState),
      origin(alert),
    ];
  }

  fields(alert, state) {
    const known = new Map((state.model?.fields ?? []).map((field) => [field.name, field]));
    const strongest = Math.max(...alert.contributions.map((one) => Math.abs(one.contribution)), 1e-9);
    const list = html("ul", { class: "fields" });
    for (const one of alert.contributions.slice(0, MOST_ROWS)) {
      const field = known.get(one.field);
      list.append(row(one, field?.change ? null : field, state.recent[one.field], strongest));
    }
    const rest = alert.contributions.slice(MOST_ROWS);
    if (rest.length > 0) {
      const sum = rest.reduce((total, one) => total + one.contribution, 0);
      list.append(
        html("li", { class: "rest" }, `${plural(rest.length, "more field", "more fields")}: ${nats(sum)} nats together`),
      );
    }
    return list;
  }
}

function reasons(episode) {
  if (episode.reasons.length === 0) {
    return null;
  }
  return html(
    "dl",
    { class: "facts" },
    ...episode.reasons.map((one) => fact(one.reason, plural(one.count, "record", "records"))),
  );
}

/** Machine or detector: how the detector itself did when this was told. */
function detectorState(detector) {
  if (!detector) {
    return null;
  }
  return html(
    "div",
    {},
    html("h3", {}, "Machine or detector"),
    html(
      "dl",
      { class: "facts" },
      fact("Anomalies then", `${share(detector.anomalyRate)} of the partition's records, budget ${share(detector.budget)}`),
      fact("Without a score", share(detector.unscorableRate)),
      typeof detector.drifting === "boolean"
        ? fact("Drift then", detector.drifting ? `since ${moment(detector.driftSince, Date.now())}` : "none")
        : null,
      fact("Model", html("bdi", {}, detector.modelVersion)),
    ),
  );
}

function place({ source }) {
  return `record ${source.topic}, partition ${source.partition}, offset ${source.offset}.`;
}

function fact(name, value) {
  return html("div", {}, html("dt", {}, name), html("dd", {}, value));
}

function row(one, field, recent, strongest) {
  const against = one.contribution <= -LEAST_TOLD;
  const isNumber = one.text === null && Number.isFinite(one.value);
  return html(
    "li",
    { class: against ? "against" : "for" },
    html("bdi", { class: "name" }, one.field),
    html(
      "span",
      { class: "values" },
      html("bdi", { class: "was" }, valueOf(one)),
      " ",
      html("bdi", { class: "normal" }, normalOf(one)),
      recent ? html("span", { class: "lately" }, lately(recent)) : null,
    ),
    isNumber ? track(one, field, recent) : html("span", { class: "track" }),
    bar(one.contribution, strongest),
    html("span", { class: "nats" }, `${nats(one.contribution)} nats`),
  );
}

function lately({ low, high }) {
  return `lately ${figures(low, high - low)} to ${figures(high, high - low)}`;
}

function isExpected(one) {
  return Number.isFinite(one.expectedLow) && Number.isFinite(one.expectedHigh);
}

/** The value, what is expected of it and the nearest normal one on what the field was and is. */
function track(one, field, recent) {
  const ranges = [
    field ? ["trained", field.lowest, field.highest, 14] : null,
    recent ? ["recent", recent.low, recent.high, 14] : null,
    isExpected(one) ? ["expected", one.expectedLow, one.expectedHigh, 20] : null,
  ].filter(Boolean);
  const hasNormal = Number.isFinite(one.normalValue);
  const values = [one.value, ...(hasNormal ? [one.normalValue] : []), ...ranges.flatMap(([, from, to]) => [from, to])];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const place = (value) => (high === low ? 50 : 3 + ((value - low) / (high - low)) * 94);
  const x = (value) => `${place(value)}%`;
  const at = x(one.value);
  const normal = hasNormal ? x(one.normalValue) : null;
  return svg(
    "svg",
    { class: "track", "aria-hidden": "true" },
    svg("line", { class: "axis", x1: 0, x2: "100%", y1: MIDDLE, y2: MIDDLE }),
    ...ranges.map(([name, from, to, height]) =>
      svg("rect", {
        class: name,
        x: x(from),
        y: MIDDLE - height / 2,
        width: `${Math.max(0.5, place(to) - place(from))}%`,
        height,
        rx: 3,
      }),
    ),
    hasNormal ? svg("line", { class: "step", x1: normal, x2: at, y1: MIDDLE, y2: MIDDLE }) : null,
    hasNormal ? svg("line", { class: "normal", x1: normal, x2: normal, y1: MIDDLE - 9, y2: MIDDLE + 9 }) : null,
    svg("circle", { class: "was", cx: at, cy: MIDDLE, r: 5.5 }),
  );
}

function bar(contribution, strongest) {
  const length = (Math.abs(contribution) / strongest) * 50;
  return svg(
    "svg",
    { class: "bar", "aria-hidden": "true" },
    svg("line", { class: "axis", x1: "50%", x2: "50%", y1: 0, y2: "100%" }),
    svg("rect", {
      x: `${contribution < 0 ? 50 - length : 50}%`,
      y: 1,
      width: `${Math.max(0.5, length)}%`,
      height: 10,
      rx: 2,
    }),
  );
}

/** Where the time for explanations was spent. */
function brief(alert) {
  return alert.explanation === "BRIEF"
    ? html("p", { class: "note" }, "Explained briefly, as many alerts came at once: the contributions are estimates.")
    : null;
}

function legend(alert) {
  const expected = alert.contributions.some(isExpected)
    ? `expected, given the other fields${Number.isFinite(alert.rangeCoverage) ? ` (${share(alert.rangeCoverage)} of normal records)` : ""}`
    : null;
  return html(
    "p",
    { class: "legend" },
    html("span", {}, html("i", { class: "mark was" }), "this record"),
    expected ? html("span", {}, html("i", { class: "mark expected" }), expected) : null,
    html("span", {}, html("i", { class: "mark normal" }), "nearest normal record"),
    html("span", {}, html("i", { class: "mark recent" }), "middle 95 % lately"),
    html("span", {}, html("i", { class: "mark trained" }), "range in training"),
    html("span", {}, html("i", { class: "mark against" }), "made it less likely"),
    html("span", {}, html("i", { class: "mark for" }), "made it more likely"),
  );
}

function context(alert) {
  if (alert.context.length === 0) {
    return null;
  }
  return html(
    "div",
    {},
    html("h3", {}, "Judged under"),
    html(
      "dl",
      { class: "facts" },
      ...alert.context.map((one) =>
        fact(one.lag > 0 ? `${one.field}, ${plural(one.lag, "record", "records")} before` : one.field, one.text),
      ),
    ),
  );
}

function origin(alert) {
  return html(
    "p",
    { class: "note" },
    "Model ",
    html("bdi", {}, alert.modelVersion),
    `, ${plural(alert.evaluations, "evaluation", "evaluations")} of its field; `,
    html("bdi", {}, place(alert)),
  );
}
