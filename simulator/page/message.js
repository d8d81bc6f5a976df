// One message with everything on it.

import { attempt, press, toggleReaction } from "./acts.js";
import { attachment, renderBlocks } from "./blocks.js";
import { sure } from "./confirm.js";
import { clockTime, fullTime, moment } from "./dates.js";
import { h } from "./dom.js";
import { glyph, OFFERED } from "./emoji.js";
import { choiceOf } from "./fields.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { channelOf, isApp, isReply, nameOf, repliesTo, state } from "./store.js";
import { asTyped } from "./typed.js";
import { notify } from "./notices.js";
import { download } from "./wire.js";

let editing = null; // channel/ts of the message that is being edited

/** What decides whether a message has to be drawn anew. */
export function version(message, where) {
  const replies = where === "thread" ? [] : repliesTo(message.channel, message.ts).map((reply) => reply.ts);
  const names = state.workspace.people.length + state.channels.length;
  return JSON.stringify([message, replies, names, editing === idOf(message), state.target === message.ts]);
}

export const idOf = (message) => `${message.channel}/${message.ts}`;

export function avatar(id, name) {
  const initials = name
    .split(/\s+/)
    .map((word) => word[0] ?? "")
    .join("")
    .slice(0, 2)
    .toUpperCase();
  const tone = [...(id ?? name)].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6;
  return h("span", { class: `avatar tone-${tone}${isApp(id) ? " app" : ""}`, "aria-hidden": "true" }, initials);
}

/** `where` is "channel" or "thread"; `follows` when the message above is by the same author, moments ago. */
export function renderMessage(message, where, follows = false) {
  const at = moment(message.ts);
  const close = follows || Boolean(message.subtype);
  const time = h("time", { datetime: at.toISOString(), title: fullTime(at) }, clockTime(at));
  return h(
    "li",
    { class: looks(message, follows), data: { ts: message.ts } },
    h(
      "article",
      { "aria-label": `${message.author}, ${clockTime(at)}` },
      close ? h("span", { class: "gutter" }, time) : avatar(message.user, message.author),
      h(
        "div",
        { class: "body" },
        message.only_you && h("p", { class: "mark" }, "Only visible to you"),
        message.pinned && h("p", { class: "mark" }, icon("pin"), "Pinned"),
        !close && byline(message, time),
        editing === idOf(message) ? editor(message) : content(message),
        reactions(message, where),
        where === "channel" && threadLink(message),
      ),
      !message.subtype && toolbar(message, where),
    ),
  );
}

function looks(message, follows) {
  const target = state.target === message.ts;
  const marks = { "only-you": message.only_you, pinned: message.pinned, system: message.subtype, follows, target };
  return ["message", ...Object.keys(marks).filter((mark) => marks[mark])].join(" ");
}

function byline(message, time) {
  const tag = isApp(message.user) && h("span", { class: "tag" }, "App");
  return h("p", { class: "byline" }, h("strong", {}, message.author), tag, time);
}

function content(message) {
  const surface = {
    key: idOf(message),
    press: press(message),
    choice: (block, one) => choiceOf(message.chosen[block.block_id]?.[one.action_id]),
  };
  return [
    message.blocks.length
      ? renderBlocks(message.blocks, surface)
      : message.raw_text && h("div", { class: "words" }, mrkdwn(message.raw_text)),
    message.attachments.map((one) => attachment(one, surface)),
    message.files.map(file),
    message.edited && h("span", { class: "mark" }, "(edited)"),
  ];
}

function file(one) {
  const size = one.size < 1024 ? `${one.size} bytes` : `${Math.round(one.size / 1024)} kB`;
  return h(
    "button",
    { type: "button", class: "file", data: { key: `file/${one.id}` }, onclick: () => save(one) },
    icon("file"),
    h("span", {}, h("strong", {}, one.name), h("span", { class: "about" }, `${size} · Download`)),
  );
}

/** Keep a file on this machine, as a browser does it. */
export async function save(one) {
  try {
    const url = URL.createObjectURL(await download(state.me, one.id));
    h("a", { href: url, download: one.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch (refusal) {
    notify(refusal.message);
  }
}

function reactions(message, where) {
  const names = Object.keys(message.reactions);
  if (!names.length) return null;
  const chip = (name) => {
    const users = message.reactions[name];
    const who = users.map(nameOf).join(", ");
    return h(
      "button",
      {
        type: "button",
        class: "reaction",
        "aria-pressed": String(users.includes(state.me)),
        title: `${who} · :${name}:`,
        "aria-label": `${name.replaceAll("_", " ")}, ${users.length}: ${who}`,
        data: { key: `${where}/${idOf(message)}/reaction/${name}` },
        onclick: () => toggleReaction(message, name),
      },
      glyph(name),
      " ",
      String(users.length),
    );
  };
  return h("div", { class: "reactions" }, names.map(chip));
}

function threadLink(message) {
  const replies = repliesTo(message.channel, message.ts);
  if (!replies.length) return null;
  const last = replies.at(-1);
  return h(
    "a",
    { class: "thread-link", href: threadAddress(message), data: { key: `thread/${idOf(message)}` } },
    `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`,
    h("span", { class: "about" }, ` last at ${clockTime(moment(last.ts))}`),
  );
}

const threadAddress = (message) => `#as=${state.me}&in=${message.channel}&thread=${message.thread_ts ?? message.ts}`;

function toolbar(message, where) {
  const key = `${where}/${idOf(message)}`;
  const react = OFFERED.map((name) => [
    glyph(name),
    () => toggleReaction(message, name),
    "glyph",
    name.replaceAll("_", " "),
  ]);
  const archived = channelOf(message.channel)?.is_archived;
  return h(
    "div",
    { class: "toolbar", role: "group", "aria-label": "Actions on this message" },
    !message.only_you &&
      !archived &&
      menuButton(icon("smile"), "Add a reaction", () => react, { class: "quiet", data: { key: `${key}/react` } }),
    where === "channel" &&
      !message.only_you &&
      !isReply(message) &&
      h(
        "a",
        {
          class: "quiet",
          href: threadAddress(message),
          "aria-label": "Reply in a thread",
          title: "Reply in a thread",
          data: { key: `${key}/reply` },
        },
        icon("reply"),
      ),
    menuButton(icon("more"), "More actions", () => more(message), { class: "quiet", data: { key: `${key}/more` } }),
  );
}

function more(message) {
  const shortcuts = state.workspace.shortcuts.filter((one) => one.on_message && !message.only_you);
  const own = message.user === state.me && !message.only_you;
  const items = shortcuts.map((one) => [
    `${one.name} · ${state.workspace.app.name}`,
    () => attempt("shortcut", { callback_id: one.callback_id, channel: message.channel, ts: message.ts }),
  ]);
  items.push(["Copy the text", () => navigator.clipboard?.writeText(message.text)]);
  if (own && !message.subtype)
    items.push(["Edit", () => edit(idOf(message))], ["Delete", () => remove(message), "danger"]);
  return items;
}

async function remove(message) {
  if (await sure("Delete this message?", "It is gone for everybody.", "Delete"))
    await attempt("delete", { channel: message.channel, ts: message.ts });
}

let redraw = () => {};

/** `draw` is called when a message begins or ends being edited. */
export function whenEditing(draw) {
  redraw = draw;
}

function edit(id) {
  editing = id;
  redraw();
  if (id) document.querySelector(`[data-key="${CSS.escape(`edit/${id}`)}"]`)?.focus();
}

function editor(message) {
  const box = h("textarea", {
    class: "typed",
    rows: 3,
    "aria-label": "Edit the message",
    data: { key: `edit/${idOf(message)}` },
    value: asTyped(message.raw_text),
  });
  const done = async () =>
    (await attempt("edit", { channel: message.channel, ts: message.ts, text: box.value })) && edit(null);
  return h(
    "form",
    {
      class: "editor",
      onsubmit: (event) => (event.preventDefault(), done()),
      onkeydown: (event) => event.key === "Escape" && edit(null),
    },
    box,
    h(
      "div",
      { class: "row" },
      h("button", { type: "button", class: "button", onclick: () => edit(null) }, "Cancel"),
      h("button", { type: "submit", class: "button primary" }, "Save"),
    ),
  );
}
