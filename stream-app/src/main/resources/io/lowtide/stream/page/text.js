// Numbers and times for people.

const LOCALE = "en";
const WHOLE = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const LEAST_FIGURES = 4;
const FIGURES_APART = 2;
// Of a double.
const MOST_FIGURES = 17;
const NATS = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const SHARE = new Intl.NumberFormat(LOCALE, { style: "percent", maximumSignificantDigits: 2 });
const TWO_FIGURES = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 2 });
const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const MINUTES = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const YEAR = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });

const NONE = "–";
const LEAST_SHARE = 1e-4;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY_MILLIS = 24 * HOUR;

const LEVELS = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];
const LEVEL_NAMES = ["Low", "Medium", "High", "Critical"];

/** The severities at which the levels above the first begin. */
const BEGINNINGS = [3, 4, 6];

function signed(text) {
  return text.replace("-", "−");
}

export function whole(number) {
  return Number.isFinite(number) ? signed(WHOLE.format(number)) : NONE;
}

/** A field's value, to four figures, or to as many more as tell it from others that are so far away. */
export function figures(number, apart = 0) {
  if (!Number.isFinite(number)) {
    return NONE;
  }
  const size = Math.abs(number);
  const digits = apart > 0 && size > apart ? FIGURES_APART + Math.ceil(Math.log10(size / apart)) : LEAST_FIGURES;
  const told = Math.min(Math.max(digits, LEAST_FIGURES), MOST_FIGURES);
  return size !== 0 && (size < 1e-4 || size >= Math.max(1e9, 10 ** told))
    ? signed(number.toExponential(told - 1))
    : signed(number.toLocaleString(LOCALE, { maximumSignificantDigits: told }));
}

export function nats(number) {
  // What rounds to nothing has no sign.
  return Number.isFinite(number) ? signed(NATS.format(number).replace(/^-0\.0$/, "0.0")) : NONE;
}

export function share(number) {
  if (!Number.isFinite(number)) {
    return NONE;
  }
  const least = number > 0 && number < LEAST_SHARE;
  const text = SHARE.format(least ? LEAST_SHARE : number).replace("%", "\u00a0%");
  return least ? `under ${text}` : text;
}

/** How grave a record is, from 0 to 3: by its level, or where it has none yet, by its severity. */
export function rank(record) {
  const level = LEVELS.indexOf(record.level);
  return level >= 0 ? level : BEGINNINGS.filter((beginning) => record.severity >= beginning).length;
}

/** The same in a word. */
export function level(record) {
  return LEVEL_NAMES[rank(record)];
}

/** How rare a record is among normal ones. */
export function rarity(record) {
  const most = 10 ** BEGINNINGS[2];
  const oneIn = record.oneIn ?? Math.min(most, 10 ** record.severity);
  if (!Number.isFinite(oneIn)) {
    return NONE;
  }
  const more = record.oneInOrMore || oneIn >= most;
  return `${more ? "under " : ""}1 in ${TWO_FIGURES.format(Math.max(1, oneIn))}`;
}

/** A latency given in nanoseconds. */
export function latency(nanos) {
  if (!Number.isFinite(nanos)) {
    return NONE;
  }
  return nanos < 1e6 ? `${whole(nanos / 1e3)} µs` : `${figures(nanos / 1e6)} ms`;
}

/** A length of time given in milliseconds, in one unit. */
export function duration(millis) {
  const size = Math.max(0, millis);
  if (size < MINUTE) {
    return `${Math.floor(size / 1000)} s`;
  }
  if (size < 2 * HOUR) {
    return `${Math.floor(size / MINUTE)} min`;
  }
  return size < 2 * DAY_MILLIS ? `${Math.floor(size / HOUR)} h` : `${Math.floor(size / DAY_MILLIS)} days`;
}

export function ago(time, now) {
  return time > now + 1000 ? `in ${duration(time - now)}` : `${duration(now - time)} ago`;
}

function isSameDay(one, other) {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** A time, with its day where that is not today. */
export function moment(time, now) {
  if (!Number.isFinite(time) || Math.abs(time) > 8.64e15) {
    return NONE;
  }
  if (isSameDay(time, now)) {
    return CLOCK.format(time);
  }
  const day = Math.abs(time - now) < 300 * DAY_MILLIS ? DAY : YEAR;
  return `${day.format(time)}, ${CLOCK.format(time)}`;
}

/** A time on an axis. */
export function tick(time, step) {
  if (step >= DAY_MILLIS) {
    return DAY.format(time);
  }
  return step >= MINUTE ? MINUTES.format(time) : CLOCK.format(time);
}

export function plural(count, one, many) {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

/** What is written to stand after a colon, on its own. */
export function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "a, b and c" of what there is. */
export function listed(texts) {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}

/** A text from a record, isolated so that it cannot turn the direction of the text around it. */
export function isolated(text) {
  return `\u2068${text.length > 60 ? `${text.slice(0, 60)}…` : text}\u2069`;
}
