// The strip above the messages: one line for each open incident.

import { byId } from "./dom.js";

export function renderClock() {
  const strip = byId("clock");
  strip.hidden = strip.childElementCount === 0;
}
