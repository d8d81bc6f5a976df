// Block Kit as nodes. What is not known here is shown as a box that names it, so that gaps are seen.
// https://docs.slack.dev/reference/block-kit/blocks

import { h } from "./dom.js";
import { element, inputBlock, unknown } from "./fields.js";
import { mrkdwn, plain, textObject } from "./mrkdwn.js";
import { richText } from "./rich.js";

/**
 * `surface` says where the blocks stand: `key` begins every data-key, `press(block, element, choice)` reports a press,
 * `choice(block, element)` is what a control holds now, `type(block, element, choice)` keeps what was typed into a
 * form, `errors` are sentences by block_id.
 */
export function renderBlocks(blocks, surface) {
  return blocks.map((block) => {
    const draw = KINDS[block.type];
    return draw ? draw(block, surface) : unknown("block", block.type);
  });
}

const KINDS = {
  header: (block) => h("h2", { class: "block header" }, plain(block.text.text, block.text.emoji !== false)),
  section,
  context: (block) => h("div", { class: "block context" }, block.elements.map(contextElement)),
  divider: () => h("hr", { class: "block divider" }),
  actions: (block, surface) =>
    h(
      "div",
      { class: "block actions", role: "group" },
      block.elements.map((one) => element(one, block, surface)),
    ),
  input: inputBlock,
  image: (block) => picture(block.alt_text, block.title?.text),
  rich_text: (block) => h("div", { class: "block rich" }, richText(block.elements)),
  markdown: (block) => h("div", { class: "block" }, h("pre", { class: "markdown" }, block.text)),
  table,
};

function section(block, surface) {
  return h(
    "div",
    { class: block.accessory ? "block section with-accessory" : "block section" },
    h(
      "div",
      { class: "section-words" },
      block.text && h("div", { class: "words" }, textObject(block.text)),
      block.fields &&
        h(
          "div",
          { class: "fields" },
          block.fields.map((field) => h("div", { class: "words" }, textObject(field))),
        ),
    ),
    block.accessory && h("div", { class: "accessory" }, element(block.accessory, block, surface)),
  );
}

function contextElement(one) {
  return one.type === "image" ? picture(one.alt_text) : h("span", { class: "words" }, textObject(one));
}

/** By its description only: this page fetches nothing from elsewhere. */
export function picture(description, title = "") {
  return h(
    "span",
    { class: "picture", role: "img", "aria-label": description },
    title ? `${title}: ` : "",
    `Image: ${description}`,
  );
}

function table(block) {
  const cell = (one, tag) =>
    h(
      tag,
      tag === "th" ? { scope: "col" } : {},
      one.type === "rich_text" ? richText(one.elements) : plain(one.text ?? ""),
    );
  const [head, ...rows] = block.rows;
  return h(
    "div",
    { class: "block table" },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((one) => cell(one, "th")),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((one) => cell(one, "td")),
          ),
        ),
      ),
    ),
  );
}

/** The older way to say more: a coloured bar with title, text and fields. */
export function attachment(one, surface) {
  const words = [
    one.pretext && h("div", { class: "words" }, mrkdwn(one.pretext)),
    one.title && h("strong", {}, mrkdwn(one.title)),
    one.text && h("div", { class: "words" }, mrkdwn(one.text)),
    ...(one.fields ?? []).map((field) =>
      h("div", { class: "words" }, h("strong", {}, field.title ?? ""), " ", mrkdwn(String(field.value ?? ""))),
    ),
  ].filter(Boolean);
  const fallback = words.length || one.blocks ? [] : mrkdwn(one.fallback ?? "");
  return h("div", { class: "attachment" }, words, fallback, renderBlocks(one.blocks ?? [], surface));
}
