// The alerts that are kept, newest or worst first. Items stay in place while they are shown, so
// that whoever reads or tabs through them is not thrown off.

import { byId, html, say } from "./dom.js";
import { ago, figures, level, moment, plural, rank, rarity } from "./text.js";

const MOST_SHOWN = 100;

export class AlertList {
  constructor(open) {
    this.open = open;
    this.items = new Map();
    this.list = byId("alert-list");
    this.list.addEventListener("keydown", (event) => this.move(event));
  }

  sorted(state) {
    const worst = document.querySelector("#order input:checked").value === "worst";
    return [...state.alerts.values()].sort(
      worst
        ? (one, other) => other.severity - one.severity || other.eventTime - one.eventTime
        : (one, other) => other.eventTime - one.eventTime,
    );
  }

  /** The one that is open while nobody has chosen. */
  firstId(state) {
    let worst = null;
    const latest = Math.max(...[...state.alerts.values()].map((alert) => alert.eventTime));
    for (const alert of state.alerts.values()) {
      const recent = alert.eventTime > latest - 15 * 60_000;
      if (recent && (worst === null || alert.severity > worst.severity)) {
        worst = alert;
      }
    }
    return worst?.id ?? null;
  }

  show(state, openId, changed) {
    const now = state.now();
    if (changed) {
      this.arrange(this.sorted(state).slice(0, MOST_SHOWN), state);
    }
    for (const [id, item] of this.items) {
      const time = item.alert.eventTime;
      say(item.time, ago(time, now));
      item.time.title = moment(time, now);
      if (id === openId) {
        item.button.setAttribute("aria-current", "true");
      } else {
        item.button.removeAttribute("aria-current");
      }
    }
  }

  arrange(alerts, state) {
    const wanted = new Set(alerts.map((alert) => alert.id));
    for (const [id, item] of this.items) {
      if (!wanted.has(id)) {
        item.element.remove();
        this.items.delete(id);
      }
    }
    let place = this.list.firstElementChild;
    for (const alert of alerts) {
      const item = this.items.get(alert.id) ?? this.make(alert);
      if (item.element === place) {
        place = place.nextElementSibling;
      } else {
        this.list.insertBefore(item.element, place);
      }
    }
    say(byId("alerts-note"), note(state));
  }

  make(alert) {
    const time = html("time", { datetime: iso(alert.eventTime) });
    const button = html(
      "button",
      { type: "button", "data-rank": rank(alert) },
      html(
        "span",
        { class: "first" },
        html("bdi", { class: "key" }, alert.key ?? "(no key)"),
        html("span", { class: "rarity" }, `${level(alert)}, ${rarity(alert)}`),
      ),
      html("span", { class: "second" }, html("bdi", { class: "why" }, why(alert)), time),
    );
    button.addEventListener("click", () => this.open(alert.id));
    const item = { alert, button, time, element: html("li", {}, button) };
    this.items.set(alert.id, item);
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
}

function note(state) {
  if (state.alerts.size === 0) {
    return state.about ? `No alert on ${state.about.alertsTopic} yet.` : "";
  }
  const more = state.alerts.size - MOST_SHOWN;
  return `The newest ${plural(state.alerts.size, "alert", "alerts")} of ${state.about.alertsTopic}`
    + `${more > 0 ? `, ${MOST_SHOWN} of them shown` : ""}; `
    + `repeats of a key within ${Math.round(state.about.suppressionWindow / 60_000)} min are withheld.`;
}

function iso(time) {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : null;
}

function why(alert) {
  const first = alert.contributions[0];
  if (!first) {
    return "";
  }
  const was = first.text ?? figures(first.value);
  const normal = first.normalText ?? figures(first.normalValue);
  return `${first.field} ${was}, normal ${normal}`;
}
