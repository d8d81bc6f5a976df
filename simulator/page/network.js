// The drawer about what goes between the workspace and the app.

import { fill, h } from "./dom.js";

export function renderNetwork(body) {
  fill(body, h("p", { class: "nothing" }, "Nothing to show yet."));
}
