// Slack's mrkdwn as nodes. https://docs.slack.dev/messaging/formatting-message-text

import { dateText, fullTime } from "./dates.js";
import { h } from "./dom.js";
import { glyph, known } from "./emoji.js";
import { channelOf, nameOf, state } from "./store.js";

const SAFE = /^(https?:\/\/|mailto:)/i;

const styled = (mark) =>
  `(?<![\\w${mark}])[${mark}](?=[^\\s${mark}])((?:<[^<>\\n]+>|[^${mark}\\n<])+)(?<=\\S)[${mark}](?![\\w${mark}])`;
const INLINE = new RegExp(
  [`<([^<>\\n]+)>`, "`([^`\\n]+)`", styled("*"), styled("_"), styled("~"), `:([a-z0-9_+'-]+):`].join("|"),
  "gu",
);

const plainly = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** A text object as nodes: plain text as it is but for emoji, mrkdwn with everything. */
export function textObject(text) {
  if (!text) return [];
  return text.type === "mrkdwn" ? mrkdwn(text.text) : plain(text.text, text.emoji !== false);
}

export function plain(text, emoji = true) {
  return [emoji ? text.replace(/:([a-z0-9_+'-]+):/g, (all, name) => (known(name) ? glyph(name) : all)) : text];
}

export function mrkdwn(text) {
  return text.split(/```\n?/).flatMap((part, at, parts) => {
    if (at % 2 === 0) return blocksOf(part);
    return at === parts.length - 1
      ? blocksOf("```" + part)
      : [h("pre", {}, h("code", {}, literal(part.replace(/\n$/, ""))))];
  });
}

/** In code, links and mentions still count; styles do not. */
function literal(text) {
  return text.split(/(<[^<>\n]+>)/).flatMap((part, at) => (at % 2 ? entity(part.slice(1, -1)) : plainly(part)));
}

const QUOTE = /^(?:&gt;|>) ?/;
const ITEM = /^\s*[•◦▪-] /;

function blocksOf(text) {
  const found = [];
  let lines = [];
  let kind = "text";
  const close = () => {
    if (lines.length) found.push(...wrap(kind, lines));
    lines = [];
  };
  for (const line of text.split("\n")) {
    const now = QUOTE.test(line) ? "quote" : ITEM.test(line) ? "list" : "text";
    if (now !== kind) close();
    kind = now;
    lines.push(line);
  }
  close();
  return found;
}

function wrap(kind, lines) {
  if (kind === "quote") return [h("blockquote", {}, joined(lines.map((line) => line.replace(QUOTE, ""))))];
  if (kind === "list")
    return [
      h(
        "ul",
        {},
        lines.map((line) => h("li", {}, inline(line.replace(ITEM, "")))),
      ),
    ];
  if (lines.every((line) => line === "")) return lines.length > 1 ? [h("span", { class: "gap" })] : [];
  return [h("span", { class: "lines" }, joined(lines))];
}

const joined = (lines) => lines.flatMap((line, at) => [...(at ? [h("br")] : []), ...inline(line)]);

/** Styles, entities and emoji within one line. */
export function inline(text) {
  const nodes = [];
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    const [all, inside, code, bold, italic, strike, emoji] = match;
    nodes.push(plainly(text.slice(last, match.index)));
    last = match.index + all.length;
    if (inside !== undefined) nodes.push(...entity(inside));
    else if (code !== undefined) nodes.push(h("code", {}, literal(code)));
    else if (bold !== undefined) nodes.push(h("strong", {}, inline(bold)));
    else if (italic !== undefined) nodes.push(h("em", {}, inline(italic)));
    else if (strike !== undefined) nodes.push(h("s", {}, inline(strike)));
    else nodes.push(known(emoji) ? emojiNode(emoji) : all);
  }
  return [...nodes, plainly(text.slice(last))].filter((node) => node !== "");
}

export function emojiNode(name) {
  return known(name)
    ? h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " ") }, glyph(name))
    : `:${name}:`;
}

/** What stands between < and >. */
function entity(inside) {
  const bar = inside.indexOf("|");
  const [target, label] = bar < 0 ? [inside, ""] : [inside.slice(0, bar), plainly(inside.slice(bar + 1))];
  if (target.startsWith("@")) return [mention(target.slice(1))];
  if (target.startsWith("#")) return [channelLink(target.slice(1), label)];
  if (target.startsWith("!date^")) return [dateNode(target.split("^"), label)];
  if (target.startsWith("!")) return [h("span", { class: "mention" }, label || `@${target.slice(1).split("^")[0]}`)];
  return [link(plainly(target), label)];
}

export function mention(id) {
  return h("span", { class: id === state.me ? "mention me" : "mention" }, `@${nameOf(id)}`);
}

/** A channel by its name, for those who may know it. */
export function channelLink(id, label = "") {
  const channel = channelOf(id);
  if (!channel) return h("span", { class: "mention" }, label ? `#${label}` : "#private-channel");
  return h("a", { class: "mention", href: `#as=${state.me}&in=${id}` }, channel.name);
}

export function dateNode([, seconds, pattern = "{time}", url], fallback) {
  const text = dateText(seconds, pattern);
  if (text === null) return fallback;
  const at = new Date(Number(seconds) * 1000);
  const node = h("time", { datetime: at.toISOString(), title: fullTime(at) }, text);
  return url && SAFE.test(url) ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, node) : node;
}

/** A link to the web, to mail, or to a place in this workspace; any other address is only its words. */
export function link(url, label = "", attributes = {}) {
  if (!SAFE.test(url)) return h("span", attributes, label || url);
  const inside = insideAddress(url);
  if (inside) return h("a", { ...attributes, href: inside }, label || url);
  return h("a", { ...attributes, href: url, target: "_blank", rel: "noopener noreferrer" }, label || url);
}

/** The address within this page of a channel or message that is linked to; null for everything else. */
export function insideAddress(url) {
  if (!url.startsWith(`${location.origin}/archives/`)) return null;
  return `#as=${state.me}&${archiveRoute(new URL(url))}`;
}

export function archiveRoute(url) {
  const [, , channel, message] = url.pathname.split("/");
  const ts = message ? `&at=${message.slice(1, -6)}.${message.slice(-6)}` : "";
  const thread = url.searchParams.get("thread_ts");
  return `in=${encodeURIComponent(channel)}${ts}${thread ? `&thread=${encodeURIComponent(thread)}` : ""}`;
}
