// The messages of the place one looks at, and the composer below them.

import { composer } from "./composer.js";
import { dayName, moment } from "./dates.js";
import { byId, fill, h, reconcile } from "./dom.js";
import { idOf, renderMessage, version } from "./message.js";
import { renderHome } from "./home.js";
import { current, isReply, markRead, messagesIn, nameOf, readUntil, state, unreadSince } from "./store.js";

const MOMENTS_MS = 5 * 60_000;
const NEAR_PX = 80;
let shownPlace = null;
let writable = null;
let brought = null; // the message that was asked for and has been shown
let ownNewest = null; // the ts of the newest message of one's own, or for oneself alone, that was shown
let firstUnread = null; // the ts of the message that was the first unread one when this place was opened

export function renderChannel() {
  const stage = byId("stage");
  if (!state.ready) return fill(stage, h("p", { class: "nothing" }, "One moment …"));
  if (state.place === "home") return renderHome(stage);
  const opened = shownPlace !== `${state.me}/${state.place}` || !stage.querySelector(".messages");
  if (opened) begin(stage);
  const list = stage.querySelector(".messages");
  const messages = messagesIn(state.place).filter((message) => !isReply(message) || message.only_you);
  const low = stage.scrollHeight - stage.scrollTop - stage.clientHeight < NEAR_PX;
  reconcile(list, withLines(messages));
  stage.querySelector(".nothing").hidden = messages.length > 0;
  if (!bringIntoView(stage, opened) && (low || opened || saidSomething(messages.at(-1)))) stage.scrollTop = stage.scrollHeight;
  ownNewest = (messages.filter(isOwn).at(-1) ?? { ts: null }).ts;
  compose();
  if (document.visibilityState === "visible") markRead(state.place);
  return undefined;
}

const isOwn = (message) => message.user === state.me || message.only_you;

/** Whoever just said something, or was answered in private, wants to see it. */
function saidSomething(newest) {
  return newest !== undefined && isOwn(newest) && newest.ts !== ownNewest;
}

function begin(stage) {
  shownPlace = `${state.me}/${state.place}`;
  const since = readUntil(state.place);
  firstUnread = messagesIn(state.place).find((message) => unreadSince(message, since))?.ts ?? null;
  writable = null;
  fill(
    stage,
    h("p", { class: "nothing" }, "Nothing has been said here yet."),
    h("ol", { class: "messages", "aria-label": "Messages" }),
  );
}

/** The messages, with a line where a day begins and where the unread ones do. */
function withLines(messages) {
  const items = [];
  let before = null;
  for (const message of messages) {
    const day = dayName(moment(message.ts));
    if (!before || dayName(moment(before.ts)) !== day) items.push(separator("day", day));
    const isNew = message.ts === firstUnread;
    if (isNew) items.push(separator("new", "New"));
    const follows = !isNew && closely(before, message);
    const draw = () => renderMessage(message, "channel", follows);
    items.push([idOf(message), version(message, "channel") + follows, draw]);
    before = message;
  }
  return items;
}

function separator(kind, words) {
  return [`${kind}/${words}`, words, () => h("li", { class: `line ${kind}` }, h("span", {}, words))];
}

/** Whether it is by the same author as the one before, moments later and as plain: then it stands closer. */
function closely(before, message) {
  if (!before || before.user !== message.user) return false;
  const ordinary = (one) => !one.subtype && !one.pinned && !one.only_you && !one.blocks.length;
  return ordinary(before) && ordinary(message) && moment(message.ts) - moment(before.ts) < MOMENTS_MS;
}

/** Show the message that was asked for, once; or, in a place just opened, where the unread ones begin. */
function bringIntoView(stage, opened) {
  const asked = state.target && stage.querySelector(`[data-ts="${CSS.escape(state.target)}"]`);
  if (asked && brought !== asked.dataset.item) {
    brought = asked.dataset.item;
    scrollTo(stage, asked, stage.clientHeight / 3);
    return true;
  }
  const line = opened && !asked ? stage.querySelector(".line.new") : null;
  if (line) scrollTo(stage, line, 0);
  return Boolean(line);
}

/** Unlike scrollIntoView it moves nothing but the stage. */
function scrollTo(stage, node, below) {
  stage.scrollTop += node.getBoundingClientRect().top - stage.getBoundingClientRect().top - below;
}

function compose() {
  const channel = current();
  const now = `${state.me}/${state.place}/${channel?.is_archived ?? ""}/${channel?.name ?? ""}`;
  if (writable === now) return;
  writable = now;
  const name = channel?.name ?? (state.place.startsWith("@") ? `@${nameOf(state.place.slice(1))}` : "");
  if (channel?.is_archived) fill(byId("compose"), h("p", { class: "about" }, "This channel has been archived."));
  else if (!name) fill(byId("compose"));
  else fill(byId("compose"), composer("text", state.place, `Message ${name}`));
}

/** The next place is drawn from the beginning. */
export function leave() {
  brought = null;
  shownPlace = null;
  writable = null;
}
