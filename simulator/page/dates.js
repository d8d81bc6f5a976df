// Moments as this browser's user reads them: own zone, own language.

const DAY = 86_400_000;

export const moment = (ts) => new Date(Number.parseFloat(ts) * 1000);

const shown = (options) => new Intl.DateTimeFormat(undefined, options);
const TIME = shown({ hour: "2-digit", minute: "2-digit" });
const SECONDS = shown({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const FULL = shown({ dateStyle: "full", timeStyle: "long" });
const LONG = shown({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const PLAIN = shown({ day: "numeric", month: "long", year: "numeric" });
const SHORT = shown({ day: "numeric", month: "short", year: "numeric" });
const NUMBERS = shown({ day: "2-digit", month: "2-digit", year: "numeric" });

export const clockTime = (at) => TIME.format(at);
export const fullTime = (at) => FULL.format(at);

const sameDay = (one, other) => one.toDateString() === other.toDateString();

export function dayName(at, now = new Date()) {
  if (sameDay(at, now)) return "Today";
  if (sameDay(at, new Date(now.getTime() - DAY))) return "Yesterday";
  return LONG.format(at);
}

function pretty(at, format) {
  const now = new Date();
  if (sameDay(at, now)) return "today";
  if (sameDay(at, new Date(now.getTime() - DAY))) return "yesterday";
  if (sameDay(at, new Date(now.getTime() + DAY))) return "tomorrow";
  return format.format(at);
}

const TOKENS = {
  time: (at) => TIME.format(at),
  time_secs: (at) => SECONDS.format(at),
  date: (at) => PLAIN.format(at),
  date_num: (at) => NUMBERS.format(at),
  date_short: (at) => SHORT.format(at),
  date_long: (at) => LONG.format(at),
  date_pretty: (at) => pretty(at, PLAIN),
  date_short_pretty: (at) => pretty(at, SHORT),
  date_long_pretty: (at) => pretty(at, LONG),
  ago: (at) => ago(Math.round((Date.now() - at.getTime()) / 1000)),
};

function ago(seconds) {
  const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  for (const [unit, size] of [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ]) {
    if (Math.abs(seconds) >= size) return relative.format(-Math.trunc(seconds / size), unit);
  }
  return relative.format(-seconds, "second");
}

/** `{date_short} at {time}` filled in; null where the moment or a token is not understood. */
export function dateText(seconds, pattern) {
  const at = new Date(Number(seconds) * 1000);
  if (Number.isNaN(at.getTime())) return null;
  let understood = true;
  const text = pattern.replace(/\{(\w+)\}/g, (all, name) => {
    if (!TOKENS[name]) understood = false;
    return TOKENS[name]?.(at) ?? all;
  });
  return understood ? text : null;
}

// --- what date and time fields hold

const two = (number) => String(number).padStart(2, "0");

/** Seconds since 1970 → the value of a datetime-local field, and back. */
export function toLocalField(seconds) {
  if (!seconds) return "";
  const at = new Date(seconds * 1000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function fromLocalField(text) {
  return text ? Math.floor(new Date(text).getTime() / 1000) : null;
}
