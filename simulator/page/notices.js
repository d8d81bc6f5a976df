// Sentences that stay until they are dismissed, or until the next act works: what Slack itself would say, and what the screen does not offer.

import { byId, h } from "./dom.js";
import { icon } from "./icons.js";

let seen = null; // how many notices of this person were there before this window looked

export function notify(text) {
  const notice = h(
    "div",
    { class: "notice", role: "alert" },
    h("p", {}, text),
    h(
      "button",
      { type: "button", class: "quiet", "aria-label": "Dismiss this notice", onclick: () => notice.remove() },
      icon("close"),
    ),
  );
  byId("notices").append(notice);
}

export function dismissAll() {
  byId("notices").replaceChildren();
}

/** Show those that came after this window was opened. */
export function renderNotices({ ready, notices }) {
  if (!ready) {
    seen = null;
    byId("notices").replaceChildren();
    return;
  }
  if (seen !== null) for (const notice of notices.slice(seen)) notify(notice.text);
  seen = notices.length;
}
