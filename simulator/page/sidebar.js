// Who one is, and where one can go.

import { attempt } from "./acts.js";
import { avatar } from "./message.js";
import { byId, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { appChannel, isApp, nameOf, partner, state, unread, update } from "./store.js";

export function renderSidebar() {
  byId("frame").classList.toggle("drawer-out", state.drawer);
  byId("veil").hidden = !state.drawer;
  for (const behind of ["main", "side"]) byId(behind).inert = state.drawer;
  who();
  places();
  tools();
}

/** Show or hide the channels on a narrow screen; the focus goes along. */
export function setDrawer(drawer) {
  update({ drawer });
  const to = drawer ? ".place[aria-current], .place" : '[data-key="drawer"]';
  queueMicrotask(() => document.querySelector(to)?.focus());
}

function who() {
  const people = state.workspace.people;
  const about = (user) =>
    user.is_stranger ? " · other organisation" : user.is_restricted ? " · guest" : user.is_bot ? " · app" : "";
  const choose = (event) =>
    (location.hash = `#as=${event.target.value}&in=${state.place.startsWith("D") ? "" : state.place}`);
  fill(
    byId("who"),
    avatar(state.me, nameOf(state.me)),
    h(
      "div",
      { class: "who-words" },
      h("label", { for: "as" }, "You act as"),
      h(
        "select",
        { id: "as", value: state.me, data: { key: "as" }, onchange: choose },
        people
          .filter((user) => user.id !== state.workspace.app.id)
          .map((user) => h("option", { value: user.id }, `${user.real_name}${about(user)}`)),
      ),
    ),
    h(
      "a",
      {
        class: "quiet",
        href: `#as=${state.me}`,
        target: "_blank",
        "aria-label": "Open a second window",
        title: "Open a second window: be two people at once",
      },
      icon("window"),
    ),
  );
}

function places() {
  const channels = state.channels.filter((channel) => channel.kind !== "im");
  const others = state.workspace.people.filter((user) => user.id !== state.me && !user.is_bot);
  const direct = others.map(
    (user) =>
      state.channels.find((one) => one.kind === "im" && partner(one) === user.id) ?? {
        id: `@${user.id}`,
        kind: "im",
        name: `@${user.real_name}`,
      },
  );
  const { app } = state.workspace;
  const withApp = appChannel() ?? { id: `@${app.id}`, kind: "im", name: `@${app.name}` };
  fill(
    byId("places"),
    group(
      "Channels",
      channels.map((one) => place(one, one.name.slice(1), one.kind === "group" ? icon("lock") : "#")),
    ),
    group("Apps", [
      place({ id: "home" }, `${app.name} Home`, icon("home")),
      place(withApp, app.name, avatar(app.id, app.name)),
    ]),
    group(
      "Direct messages",
      direct.map((one) => place(one, one.name.slice(1), avatar(one.id, one.name.slice(1)))),
    ),
  );
}

function group(name, items) {
  const id = `group-${name.toLowerCase().replaceAll(" ", "-")}`;
  return h("section", { "aria-labelledby": id }, h("h2", { id }, name), h("ul", {}, items));
}

function place(channel, words, sign) {
  const here = state.place === channel.id;
  const { count, mine } = here || !channel.kind || channel.id.startsWith("@") ? { count: 0, mine: 0 } : unread(channel);
  return h(
    "li",
    {},
    h(
      "a",
      {
        href: `#as=${state.me}&in=${channel.id}`,
        class: count ? "place unread" : "place",
        "aria-current": here ? "page" : null,
        data: { key: `place/${channel.id}` },
        onclick: () => state.drawer && setDrawer(false),
      },
      h("span", { class: "sign", "aria-hidden": "true" }, sign),
      h("span", { class: "place-name" }, words, channel.is_archived && " (archived)"),
      count > 0 &&
        h(
          "span",
          { class: mine ? "badge mine" : "badge" },
          mine > 0 && h("span", { "aria-hidden": "true" }, String(mine)),
          h("span", { class: "unseen" }, ` ${count} unread`),
        ),
    ),
  );
}

function tools() {
  const shortcuts = state.workspace.shortcuts.filter((one) => !one.on_message);
  fill(
    byId("tools"),
    shortcuts.length > 0 &&
      menuButton(
        [icon("bolt"), "Shortcuts"],
        "Shortcuts",
        () =>
          shortcuts.map((one) => [
            `${one.name} · ${state.workspace.app.name}`,
            () => attempt("shortcut", { callback_id: one.callback_id }),
          ]),
        { class: "button wide", data: { key: "shortcuts" } },
      ),
  );
}

/** How many things wait for this person, for the title of the window. */
export function waiting() {
  return state.channels
    .filter((channel) => channel.id !== state.place && !isApp(state.me))
    .reduce((sum, channel) => sum + unread(channel).mine, 0);
}
