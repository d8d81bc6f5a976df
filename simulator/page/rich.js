// Rich text as nodes. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block

import { dateNode, channelLink, emojiNode, link, mention } from "./mrkdwn.js";
import { h } from "./dom.js";
import { unknown } from "./fields.js";

export function richText(elements) {
  return elements.map((one) => (SECTIONS[one.type] ?? (() => unknown("rich text", one.type)))(one));
}

const SECTIONS = {
  rich_text_section: (one) => h("div", { class: "words" }, pieces(one)),
  rich_text_preformatted: (one) => h("pre", {}, h("code", {}, pieces(one))),
  rich_text_quote: (one) => h("blockquote", {}, pieces(one)),
  rich_text_list: (one) =>
    h(
      one.style === "ordered" ? "ol" : "ul",
      { class: `indent-${Math.min(one.indent ?? 0, 4)}`, start: one.offset ? one.offset + 1 : null },
      one.elements.map((item) => h("li", {}, pieces(item))),
    ),
};

const pieces = (one) =>
  one.elements.map((piece) => (PIECES[piece.type] ?? (() => unknown("rich text", piece.type)))(piece));

const PIECES = {
  text: (piece) => styled(lines(piece.text), piece.style),
  link: (piece) => styled([link(piece.url, piece.text)], piece.style),
  user: (piece) => styled([mention(piece.user_id)], piece.style),
  channel: (piece) => styled([channelLink(piece.channel_id)], piece.style),
  emoji: (piece) => emojiNode(piece.name),
  broadcast: (piece) => h("span", { class: "mention" }, `@${piece.range}`),
  date: (piece) =>
    dateNode(["date", piece.timestamp, piece.format, piece.url], piece.fallback ?? String(piece.timestamp)),
  color: (piece) => h("code", {}, piece.value),
};

const lines = (text) => text.split("\n").flatMap((line, at) => (at ? [h("br"), line] : [line]));

function styled(nodes, style = {}) {
  const tags = { bold: "strong", italic: "em", strike: "s", code: "code" };
  let inner = nodes;
  for (const [name, tag] of Object.entries(tags)) if (style[name]) inner = [h(tag, {}, inner)];
  return inner.length === 1 ? inner[0] : h("span", {}, inner);
}
