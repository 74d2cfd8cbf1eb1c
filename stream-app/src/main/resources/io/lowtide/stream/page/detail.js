// One alert: what each field did to its likelihood, beside what is normal for the field.

import { byId, fill, html, say, svg } from "./dom.js";
import { ago, figures, level, moment, nats, plural, rarity, share } from "./text.js";

const MIDDLE = 13;
const MOST_ROWS = 12;

export class Detail {
  show(state, id) {
    const alert = state.alerts.get(id);
    if (this.id === id && this.alert === alert && this.model === state.model && this.recent === state.recent) {
      this.tick(state);
      return;
    }
    this.id = id;
    this.model = state.model;
    this.recent = state.recent;
    this.alert = alert;
    if (alert) {
      this.draw(alert, state);
      this.tick(state);
    } else {
      say(byId("detail-title"), id === null ? "No alert is open" : "This alert is not kept here");
      byId("detail-body").replaceChildren(
        html(
          "p",
          { class: "note" },
          id === null
            ? "Open one from the list to see what made the record improbable."
            : "The page keeps the newest alerts alone; all are on their topic: ./lowtide alerts --json.",
        ),
      );
    }
  }

  tick(state) {
    if (this.alert && this.when) {
      const now = state.now();
      say(this.when, `${moment(this.alert.eventTime, now)} (${ago(this.alert.eventTime, now)})`);
    }
  }

  draw(alert, state) {
    say(byId("detail-title"), alert.key === null ? "A record without a key" : alert.key);
    this.when = html("time", {});
    fill(
      byId("detail-body"),
      html("p", { class: "summary" }, alert.summary),
      html(
        "dl",
        { class: "facts" },
        fact("When", this.when),
        fact("How wrong", `${level(alert)}, ${rarity(alert)} normal records`),
        fact("Log-likelihood", `${nats(alert.logLikelihood)} nats`),
        fact("p-value", `${figures(alert.pValue)}, budget ${share(alert.budget)}`),
        alert.suppressed > 0
          ? fact("Withheld before", plural(alert.suppressed, "repeat", "repeats"))
          : null,
      ),
      html("h3", {}, "What made it improbable"),
      this.fields(alert, state),
      legend(),
      context(alert),
      origin(alert),
    );
  }

  fields(alert, state) {
    const known = new Map((state.model?.fields ?? []).map((field) => [field.name, field]));
    const strongest = Math.max(...alert.contributions.map((one) => Math.abs(one.contribution)), 1e-9);
    const rows = alert.contributions.slice(0, MOST_ROWS);
    const list = html("ul", { class: "fields" });
    for (const one of rows) {
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

function fact(name, value) {
  return html("div", {}, html("dt", {}, name), html("dd", {}, value));
}

function row(one, field, recent, strongest) {
  const against = one.contribution < 0;
  const isNumber = one.text === null && Number.isFinite(one.value);
  return html(
    "li",
    { class: against ? "against" : "for" },
    html("bdi", { class: "name" }, one.field),
    html(
      "span",
      { class: "values" },
      html("bdi", { class: "was" }, one.text ?? figures(one.value)),
      html("span", { class: "normal" }, " normal ", html("bdi", {}, one.normalText ?? figures(one.normalValue))),
      recent ? html("span", { class: "lately" }, `lately ${figures(recent.low)} to ${figures(recent.high)}`) : null,
    ),
    isNumber && Number.isFinite(one.normalValue) ? track(one, field, recent) : html("span", { class: "track" }),
    bar(one.contribution, strongest),
    html("span", { class: "nats" }, `${nats(one.contribution)} nats`),
  );
}

/** The value and the normal one on what the field was in training and has been lately. */
function track(one, field, recent) {
  const values = [one.value, one.normalValue];
  if (field) {
    values.push(field.lowest, field.highest);
  }
  if (recent) {
    values.push(recent.low, recent.high);
  }
  const low = Math.min(...values);
  const high = Math.max(...values);
  const place = (value) => (high === low ? 50 : 3 + ((value - low) / (high - low)) * 94);
  const x = (value) => `${place(value)}%`;
  const span = (name, from, to, height) =>
    svg("rect", {
      class: name,
      x: x(from),
      y: MIDDLE - height / 2,
      width: `${Math.max(0.5, place(to) - place(from))}%`,
      height,
      rx: 3,
    });
  const at = x(one.value);
  const normal = x(one.normalValue);
  return svg(
    "svg",
    { class: "track", "aria-hidden": "true" },
    svg("line", { class: "axis", x1: 0, x2: "100%", y1: MIDDLE, y2: MIDDLE }),
    field ? span("trained", field.lowest, field.highest, 14) : null,
    recent ? span("recent", recent.low, recent.high, 14) : null,
    svg("line", { class: "step", x1: normal, x2: at, y1: MIDDLE, y2: MIDDLE }),
    svg("line", { class: "normal", x1: normal, x2: normal, y1: MIDDLE - 9, y2: MIDDLE + 9 }),
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

function legend() {
  return html(
    "p",
    { class: "legend" },
    html("span", {}, html("i", { class: "mark was" }), "this record"),
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
  const { topic, partition, offset } = alert.source;
  return html(
    "p",
    { class: "note origin" },
    `Record ${topic}, partition ${partition}, offset ${offset}; model `,
    html("bdi", {}, alert.modelVersion),
    `; ${plural(alert.evaluations, "evaluation", "evaluations")} of the field.`,
  );
}
