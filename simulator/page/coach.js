// What a newcomer may do next, until they have done it or do not want to be told.

import { suggestText } from "./composer.js";
import { byId, fill, h } from "./dom.js";
import { state, update } from "./store.js";

let dismissed = false;

export function renderCoach() {
  const slot = byId("coach");
  const command = state.workspace.commands[0];
  slot.hidden = dismissed || !state.ready || !command || state.place === "home" || begun();
  if (slot.hidden) return fill(slot);
  return fill(
    slot,
    h(
      "p",
      {},
      h("strong", {}, "Somebody found a key in a public gist. "),
      "Report it: type ",
      h("code", {}, command.name),
      " and what happened.",
    ),
    h(
      "div",
      { class: "row" },
      h(
        "button",
        {
          type: "button",
          class: "button primary",
          data: { key: "coach/do" },
          onclick: () => suggestText(`${command.name} a key in a public gist`),
        },
        "Type it for me",
      ),
      h("button", { type: "button", class: "button", data: { key: "coach/no" }, onclick: dismiss }, "I know"),
    ),
  );
}

function dismiss() {
  dismissed = true;
  update();
}

/** Whether the app has said anything to this person. */
function begun() {
  return [...state.messages.values()].some((channel) =>
    [...channel.values()].some((message) => message.user === state.workspace.app.id),
  );
}
