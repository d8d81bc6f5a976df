// The panel at the side: a thread, the pinned messages, or what a module of its own puts there.

import { composer } from "./composer.js";
import { byId, fill, h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { idOf, renderMessage, version } from "./message.js";
import { renderNetwork } from "./network.js";
import { channelOf, messagesIn, repliesTo, state, update } from "./store.js";

const TITLES = { thread: "Thread", pins: "Pinned messages", network: "Network" };
const NEAR_PX = 80;
let shown = null;

export function renderSide() {
  const side = byId("side");
  side.hidden = !state.panel;
  byId("frame").classList.toggle("with-side", Boolean(state.panel));
  if (!state.panel) {
    shown = null;
    return;
  }
  const now = [state.me, state.place, state.panel, state.thread].join("/");
  if (shown !== now) begin(side, now);
  const body = side.querySelector(".side-body");
  if (state.panel === "network") renderNetwork(body);
  else drawMessages(body);
}

/** A reply that comes in is shown, unless somebody reads further up; one's own always is. */
function drawMessages(body) {
  const list = body.querySelector(".messages");
  const before = list.childElementCount;
  const low = body.scrollHeight - body.scrollTop - body.clientHeight < NEAR_PX;
  reconcile(list, items());
  const own = repliesTo(state.place, state.thread).at(-1)?.user === state.me;
  const grown = before > 0 && list.childElementCount > before;
  if (state.panel === "thread" && grown && (low || own)) body.scrollTop = body.scrollHeight;
}

function begin(side, now) {
  shown = now;
  side.setAttribute("aria-label", TITLES[state.panel]);
  fill(
    side,
    h(
      "header",
      { class: "head" },
      h("h2", {}, TITLES[state.panel]),
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          "aria-label": "Close the panel",
          data: { key: "side/close" },
          onclick: closeSide,
        },
        icon("close"),
      ),
    ),
    h(
      "div",
      { class: "side-body" },
      state.panel !== "network" && h("ol", { class: "messages", "aria-label": TITLES[state.panel] }),
    ),
    state.panel === "thread" && composer("reply", state.place, "Reply …", state.thread),
  );
  if (state.panel === "thread") side.querySelector("#reply").focus();
}

export function closeSide() {
  const from = state.panel === "thread" ? `thread/${state.place}/${state.thread}` : `panel/${state.panel}`;
  if (state.panel === "thread") location.hash = `#as=${state.me}&in=${state.place}`;
  update({ panel: null, thread: null });
  queueMicrotask(() => document.querySelector(`[data-key="${CSS.escape(from)}"]`)?.focus());
}

function items() {
  const item = (message) => [idOf(message), version(message, "thread"), () => renderMessage(message, "thread")];
  if (state.panel === "thread") {
    const parent = state.messages.get(state.place)?.get(state.thread);
    return [...(parent ? [parent] : []), ...repliesTo(state.place, state.thread)].map(item);
  }
  const pins = channelOf(state.place)?.pins ?? [];
  return messagesIn(state.place)
    .filter((message) => pins.includes(message.ts))
    .map(item);
}
