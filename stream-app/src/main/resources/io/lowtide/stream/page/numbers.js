// Throughput, latency, lag, the share of flagged records, and where records ended.

import { byId, html, svg } from "./dom.js";
import { drifts } from "./state.js";
import { ago, figures, isolated, latency, moment, plural, share, whole } from "./text.js";

export function showNumbers(state) {
  const { vitals } = state;
  show("throughput", "Throughput", whole(state.rates.at(-1)), "records/s", sparkline(state.rates),
    "scored by this instance, last 2 min");
  show("latency", "Score latency", latency(vitals.latency?.median), "median", null,
    vitals.latency
      ? `99 % within ${latency(vitals.latency.percentile99)}, ${vitals.latency.recent ? "last minute" : "since the start"}`
      : "no score yet");
  show("lag", "Lag", "lag" in vitals ? whole(vitals.lag) : "–", "lag" in vitals ? "records wait" : "", null,
    newest(state));
  showShare(state);
  showDrift(state);
  show("records", "Records", whole(vitals.in), "read", null,
    `${whole(vitals.scored)} scored, ${whole(vitals.deadLettered)} dead letters; `
      + `${plural(vitals.alertsPublished, "alert", "alerts")}, ${whole(vitals.alertsSuppressed)} withheld`);
  show("health", "Health", healthWord(state.health), "", null, state.health.reason);
  showModels(state);
}

function healthWord({ live, ready }) {
  return ready ? "Ready" : live ? "Waiting" : "Stopped";
}

function show(id, title, figure, unit, picture, note) {
  byId(id).replaceChildren(
    html("h3", {}, title),
    html("p", { class: "figure" }, figure, " ", html("span", { class: "unit" }, unit)),
    ...(picture ? [picture] : []),
    html("p", { class: "note" }, note),
  );
}

function newest(state) {
  const times = [...state.series[0].spans.values()].map((span) => span.start + state.series[0].width);
  return times.length > 0
    ? `newest score is of ${moment(Math.max(...times), state.now())}`
    : "of the source topics' partitions read here";
}

/** Machine or detector: far more than the budget, from many keys at once, speaks for the latter. */
function showShare(state) {
  let count = 0;
  let flagged = 0;
  for (const span of state.series[3].spans.values()) {
    count += span.count;
    flagged += span.flagged;
  }
  const budget = state.model?.budget;
  show("share", "Flagged", count > 0 ? share(flagged / count) : "–", count > 0 ? `of ${whole(count)} scores` : "", null,
    budget === undefined ? "no model yet" : `the budget is ${share(budget)} of normal records; ${ofKeys(state.flagged)}`);
}

/** Whether the budget holds: not while the records differ from those of calibration. */
function showDrift(state) {
  const now = state.now();
  const [first, ...others] = drifts(state);
  if (!state.about.driftTopic) {
    show("drift", "Drift", "–", "", null, "not watched (drift.topic)");
  } else if (!state.model) {
    show("drift", "Drift", "–", "", null, "no model yet");
  } else if (!first && !state.reading.caughtUp) {
    show("drift", "Drift", "–", "", null, "not read yet");
  } else if (!first) {
    show("drift", "Drift", "None", "", null, "records are like those of calibration");
  } else {
    const where = first.group === null ? `partition ${first.partition}` : `${isolated(first.group)}, partition ${first.partition}`;
    show("drift", "Drift", `since ${moment(first.since, now)}`, "", null,
      `${share(first.shareWithinBudget)} within the budget of ${share(first.budget)} in ${where}`
        + (others.length > 0 ? `, and ${plural(others.length, "other drift", "other drifts")}` : ""));
  }
}

function ofKeys(flagged) {
  const keys = new Set(flagged.map((point) => point[2]));
  return `flagged are ${plural(keys.size, "key", "keys")}`;
}

function sparkline(rates) {
  if (rates.length < 2) {
    return null;
  }
  const most = Math.max(...rates, 1);
  const points = rates.map((rate, index) => `${(index / (rates.length - 1)) * 100},${29 - (rate / most) * 27}`);
  return svg(
    "svg",
    { class: "spark", viewBox: "0 0 100 30", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("polyline", { points: points.join(" ") }),
  );
}

function remark(one, model) {
  if (one.version === model?.version) {
    return " (in use)";
  }
  return one.role === "challenger" ? " (waits to be promoted)" : "";
}

let shownModels = "";

function showModels(state) {
  const now = state.now();
  const key = JSON.stringify([state.models, state.model, Math.floor(now / 60_000)]);
  if (key === shownModels) {
    return;
  }
  shownModels = key;
  const { model } = state;
  const lines = [];
  if (model) {
    lines.push(
      html(
        "p",
        {},
        html("bdi", { class: "key" }, model.version),
        ` in use: trained ${ago(model.createdAt, now)} on ${whole(model.trainRecords)} normal records, calibrated on `
          + `${whole(model.calibrationRecords)}. It flags log-likelihoods below ${figures(model.threshold)}, `
          + `a false-alarm budget of ${share(model.budget)}.`,
      ),
    );
  } else {
    lines.push(html("p", {}, "No model is in use."));
  }
  const history = [...state.models].sort((one, other) => other.publishedAt - one.publishedAt);
  if (history.length > 0) {
    lines.push(
      html(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": "Models on their topic" },
        html(
          "table",
          {},
          html("thead", {}, html("tr", {}, ...["Version", "Published", "Trained", "Records", "Why"].map((name) => html("th", { scope: "col" }, name)))),
          html(
            "tbody",
            {},
            ...history.map((one) =>
              html(
                "tr",
                {},
                html("td", {}, html("bdi", {}, one.version), remark(one, model)),
                html("td", {}, moment(one.publishedAt, now)),
                html("td", {}, moment(one.createdAt, now)),
                html("td", {}, whole(one.trainRecords)),
                html("td", {}, html("bdi", {}, one.decision ?? "trained by hand")),
              ),
            ),
          ),
        ),
      ),
      html("p", { class: "note" }, "The newest models that are still on their topic; older ones may be gone."),
    );
  }
  byId("models").replaceChildren(...lines);
}
