import { byId, say } from "./dom.js";
import { EntryList } from "./list.js";
import { Detail } from "./detail.js";
import { Line } from "./line.js";
import { showNumbers } from "./numbers.js";
import { State } from "./state.js";
import { showStatus } from "./status.js";
import { ago, listed, moment, plural } from "./text.js";

const ANNOUNCE_EVERY = 15_000;

const line = new Line((id) => open({ kind: "alert", id }, false));
const detail = new Detail();
const list = new EntryList((entry) => open(entry, true));
const pending = new Set();
let announcedAt = 0;
let unannounced = [];

const state = new State((kind, news) => {
  if (kind === "change" && news.alerts.length > 0) {
    unannounced.push(...news.alerts);
  }
  schedule(kind);
});

/** Drawn once for each frame, and not at all where nobody sees it. */
function schedule(kind) {
  if (pending.size === 0) {
    requestAnimationFrame(draw);
  }
  pending.add(kind);
}

function draw() {
  const kinds = new Set(pending);
  pending.clear();
  const drawn = kinds.has("snapshot") || kinds.has("change") || kinds.has("open");
  showStatus(state);
  showTop();
  const opened = decode(location.hash) ?? list.first(state);
  list.show(state, opened, drawn);
  detail.show(state, opened, drawn);
  if (drawn) {
    line.show(state, detail.place(state, opened));
    showNumbers(state);
  }
  announce();
}

/** What the address says is opened: an alert or an episode, by its id. */
function decode(hash) {
  const [, kind, id] = /^#(alert|episode)=(.+)$/.exec(hash) ?? [];
  try {
    return kind ? { kind, id: decodeURIComponent(id) } : null;
  } catch {
    return null;
  }
}

function open({ kind, id }, goThere) {
  history.replaceState(null, "", `#${kind}=${encodeURIComponent(id)}`);
  schedule("open");
  if (goThere && matchMedia("(max-width: 60rem)").matches) {
    byId("detail").scrollIntoView({ block: "start" });
  }
}

function showTop() {
  const now = state.now();
  say(byId("detector"), state.about?.detector ?? "…");
  say(byId("model"), state.model?.version ?? (state.about ? "none yet" : "…"));
  say(byId("model-age"), state.model ? `trained ${ago(state.model.createdAt, now)}` : "");
  const old = Boolean(state.reading.fault);
  byId("link").dataset.up = state.link.up && !old;
  say(byId("link-text"), !state.link.up ? state.link.text : old ? "Not up to date" : "Live");
  if (state.about) {
    const started = moment(state.about.startedAt, now);
    say(
      byId("footer"),
      `What is shown was read back from committed messages of ${listed([state.about.alertsTopic, state.about.episodesTopic, state.about.scoresTopic].filter(Boolean))}; `
        + `rates and counts are of this instance since ${started}. Times are your browser's.`,
    );
  }
}

/** New alerts are told to those who do not see them, but not one by one. */
function announce() {
  const now = Date.now();
  if (unannounced.length === 0 || now - announcedAt < ANNOUNCE_EVERY) {
    return;
  }
  const worst = unannounced.reduce((one, other) => (other.severity > one.severity ? other : one));
  const others = unannounced.length - 1;
  say(
    byId("announcer"),
    `New alert: ${worst.key ?? "no key"}. ${worst.summary}`
      + (others > 0 ? ` And ${plural(others, "other", "others")}.` : ""),
  );
  announcedAt = now;
  unannounced = [];
}

addEventListener("hashchange", () => schedule("open"));
addEventListener("resize", () => schedule("change"));
for (const id of ["kind", "order"]) {
  byId(id).addEventListener("change", () => schedule("change"));
}
byId("range").addEventListener("change", (event) => {
  line.choose(Number(event.target.value));
  schedule("change");
});
