// The messages of the place one looks at, and the composer below them.

import { composer } from "./composer.js";
import { dayName, moment } from "./dates.js";
import { byId, fill, h, reconcile } from "./dom.js";
import { idOf, renderMessage, version } from "./message.js";
import { renderHome } from "./home.js";
import { current, isReply, markRead, messagesIn, nameOf, state } from "./store.js";

const MOMENTS_MS = 5 * 60_000;
let shownPlace = null;
let writable = null;

export function renderChannel() {
  const stage = byId("stage");
  if (state.place === "home") return renderHome(stage);
  if (shownPlace !== `${state.me}/${state.place}` || !stage.querySelector(".messages")) begin(stage);
  const list = stage.querySelector(".messages");
  const messages = messagesIn(state.place).filter((message) => !isReply(message) || message.only_you);
  const low = stage.scrollHeight - stage.scrollTop - stage.clientHeight < 80;
  reconcile(list, withDays(messages));
  stage.querySelector(".nothing").hidden = messages.length > 0;
  if (low) stage.scrollTop = stage.scrollHeight;
  bringIntoView(list);
  compose();
  if (state.ready && document.visibilityState === "visible") markRead(state.place);
  return undefined;
}

function begin(stage) {
  shownPlace = `${state.me}/${state.place}`;
  fill(stage, h("p", { class: "nothing" }, "Nothing has been said here yet."), h("ol", { class: "messages", "aria-label": "Messages" }));
  writable = null;
  requestAnimationFrame(() => {
    if (!state.target) stage.scrollTop = stage.scrollHeight;
  });
}

/** The messages with a line where a day begins; what the same author says moments later stands closer. */
function withDays(messages) {
  const items = [];
  let before = null;
  for (const message of messages) {
    const at = moment(message.ts);
    const day = dayName(at);
    if (!before || dayName(moment(before.ts)) !== day) {
      items.push([`day/${day}`, day, () => h("li", { class: "day" }, h("span", {}, day))]);
      before = null;
    }
    const follows = Boolean(before) && before.user === message.user && !before.subtype && !message.subtype && !message.pinned && !message.only_you && !before.only_you &&
      at - moment(before.ts) < MOMENTS_MS && !before.blocks.length && !message.blocks.length;
    items.push([idOf(message), version(message, "channel") + follows, () => renderMessage(message, "channel", follows)]);
    before = message;
  }
  return items;
}

function bringIntoView(list) {
  if (!state.target) return;
  const node = list.querySelector(`[data-ts="${CSS.escape(state.target)}"]`);
  if (!node || node.dataset.brought) return;
  node.dataset.brought = "yes";
  node.scrollIntoView({ block: "center" });
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
  shownPlace = null;
  writable = null;
}
