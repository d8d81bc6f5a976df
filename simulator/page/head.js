// Above the messages: where one is, and what there is to open here.

import { byId, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { setDrawer } from "./sidebar.js";
import { appChannel, current, nameOf, partner, state, update } from "./store.js";

export function renderHead() {
  const channel = current();
  const { app } = state.workspace;
  const withApp =
    state.place === "home" || (channel?.kind === "im" && partner(channel) === app.id) || state.place === `@${app.id}`;
  fill(
    byId("head"),
    h(
      "button",
      {
        type: "button",
        class: "quiet drawer-button",
        "aria-label": "Show the channels",
        "aria-expanded": String(state.drawer),
        data: { key: "drawer" },
        onclick: () => setDrawer(!state.drawer),
      },
      icon("menu"),
    ),
    h(
      "div",
      { class: "head-words" },
      h("h1", {}, title(channel)),
      channel?.topic && h("p", { class: "topic", title: channel.topic }, channel.topic),
    ),
    withApp && tabs(app),
    h(
      "div",
      { class: "head-tools" },
      channel &&
        channel.kind !== "im" &&
        h(
          "span",
          { class: "about members", title: channel.members.map(nameOf).join(", ") },
          `${channel.members.length} members`,
        ),
      channel &&
        channel.pins.length > 0 &&
        panelButton("pins", [icon("pin"), String(channel.pins.length)], `Pinned messages, ${channel.pins.length}`),
      panelButton(
        "network",
        [icon("network"), h("span", { class: "wide-only" }, "Network")],
        "Network: what goes between the workspace and the app",
      ),
    ),
  );
}

function title(channel) {
  if (state.place === "home") return state.workspace.app.name;
  if (channel) return channel.kind === "group" ? [icon("lock"), " ", channel.name.slice(1)] : channel.name;
  return state.place.startsWith("@") ? `@${nameOf(state.place.slice(1))}` : "";
}

function tabs(app) {
  const tab = (name, place, here) =>
    h(
      "a",
      { href: `#as=${state.me}&in=${place}`, "aria-current": here ? "page" : null, data: { key: `tab/${name}` } },
      name,
    );
  return h(
    "nav",
    { class: "tabs", "aria-label": app.name },
    tab("Home", "home", state.place === "home"),
    tab("Messages", appChannel()?.id ?? `@${app.id}`, state.place !== "home"),
  );
}

function panelButton(panel, face, name) {
  const open = state.panel === panel;
  return h(
    "button",
    {
      type: "button",
      class: "quiet",
      "aria-label": name,
      title: name,
      "aria-expanded": String(open),
      data: { key: `panel/${panel}` },
      onclick: () => update({ panel: open ? null : panel }),
    },
    face,
  );
}
