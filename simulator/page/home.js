// The app's Home tab. https://docs.slack.dev/surfaces/app-home

import { attempt } from "./acts.js";
import { renderBlocks } from "./blocks.js";
import { byId, fill, h } from "./dom.js";
import { choiceOf } from "./fields.js";
import { state } from "./store.js";

let drawn = "";

export function renderHome(stage) {
  fill(byId("compose"));
  const now = JSON.stringify([state.me, state.home, state.channels.length, state.workspace.people.length]);
  if (stage.querySelector(".home") && drawn === now) return;
  drawn = now;
  const home = state.home;
  const surface = {
    key: "home",
    choice: (block, one) => choiceOf(home.values[block.block_id]?.[one.action_id]),
    press: (block, one, choice = null) =>
      attempt("home/press", { block_id: block.block_id, action_id: one.action_id, choice }),
  };
  const words = home
    ? renderBlocks(home.blocks, surface)
    : h("p", { class: "nothing" }, "This app has not put anything here yet.");
  fill(stage, h("div", { class: "home" }, words));
}
