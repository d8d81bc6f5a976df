// Everything that can be pressed, chosen or typed into.
// https://docs.slack.dev/reference/block-kit/block-elements

import { confirmed } from "./confirm.js";
import { fromLocalField, toLocalField } from "./dates.js";
import { freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { link, plain, textObject } from "./mrkdwn.js";
import { isApp, state } from "./store.js";

export function unknown(what, name) {
  return h("div", { class: "unknown", role: "note" }, `This page does not know the ${what} “${name}”.`);
}

/** What a control holds, as the workspace takes it: an option's value, an id, a date, a text, or a list. */
export function choiceOf(held) {
  if (!held) return null;
  const value = Object.entries(held).find(([name]) => name !== "type")?.[1] ?? null;
  if (Array.isArray(value)) return value.map((one) => one?.value ?? one);
  return value?.value ?? value;
}

/** An element outside of an input: a press or choice is reported at once. */
export function element(one, block, surface) {
  const key = `${surface.key}/${block.block_id}/${one.action_id}`;
  if (one.type === "button") return button(one, block, surface, key);
  if (one.type === "image")
    return h("span", { class: "picture", role: "img", "aria-label": one.alt_text }, `Image: ${one.alt_text}`);
  const report = async (choice) => (await confirmed(one.confirm)) && surface.press(block, one, choice);
  if (one.type === "overflow") {
    return menuButton(
      icon("more"),
      "More options",
      () => one.options.map((option) => [plain(option.text.text), () => report(option.value)]),
      { class: "button", data: { key } },
    );
  }
  return control(one, {
    key,
    name: one.placeholder?.text ?? "Choose",
    value: surface.choice(block, one),
    change: report,
  });
}

function button(one, block, surface, key) {
  const words = plain(one.text.text);
  const looks = { class: `button ${one.style ?? ""}`, data: { key }, "aria-label": one.accessibility_label };
  if (one.url) return link(one.url, words, { ...looks, onclick: () => surface.press(block, one) });
  const press = async (event) => {
    const pressed = event.currentTarget;
    if (pressed.getAttribute("aria-busy") === "true" || !(await confirmed(one.confirm))) return;
    pressed.setAttribute("aria-busy", "true");
    await surface.press(block, one);
    pressed.removeAttribute("aria-busy");
  };
  return h("button", { type: "button", ...looks, onclick: press }, words);
}

/** A question of a form with its label, hint and error. */
export function inputBlock(block, surface) {
  const one = block.element;
  const id = freshId("field");
  const error = surface.errors?.[block.block_id];
  const described = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || null;
  const change = (choice) => {
    surface.type(block, one, choice);
    if (block.dispatch_action) surface.press(block, one, choice);
  };
  const made = control(one, {
    id,
    key: `${surface.key}/${block.block_id}/${one.action_id}`,
    value: surface.choice(block, one),
    change,
    typing: (choice) => surface.type(block, one, choice),
    aria: {
      "aria-describedby": described,
      "aria-invalid": error ? "true" : null,
      "aria-required": block.optional ? null : "true",
    },
  });
  const label = [plain(block.label.text), block.optional && h("span", { class: "optional" }, " (optional)")];
  const about = [
    block.hint && h("p", { class: "hint", id: `${id}-hint` }, textObject(block.hint)),
    error && h("p", { class: "error", id: `${id}-error` }, error),
  ];
  if (made.dataset.group) {
    return h(
      "fieldset",
      { class: "block input", "aria-describedby": described, "aria-invalid": error ? "true" : null },
      h("legend", {}, label),
      made,
      about,
    );
  }
  return h("div", { class: "block input" }, h("label", { for: id }, label), made, about);
}

/**
 * The control itself. `change(choice)` when something was chosen, `typing(choice)` at every stroke. Groups of boxes
 * have data-group and want a fieldset around them; everything else is named by a label or by `name`.
 */
function control(one, at) {
  const draw = CONTROLS[one.type];
  return draw ? draw(one, { typing: () => {}, aria: {}, ...at }) : unknown("element", one.type);
}

const CONTROLS = {
  plain_text_input: (one, at) => (one.multiline ? area(one, at) : line(one, at, "text")),
  email_text_input: (one, at) => line(one, at, "email"),
  url_text_input: (one, at) => line(one, at, "url"),
  number_input: (one, at) => line(one, at, "text", { inputmode: one.is_decimal_allowed ? "decimal" : "numeric" }),
  datepicker: (one, at) => line(one, at, "date"),
  timepicker: (one, at) => line(one, at, "time"),
  datetimepicker: (one, at) =>
    line(
      one,
      {
        ...at,
        value: toLocalField(at.value),
        change: (text) => at.change(fromLocalField(text)),
        typing: (text) => at.typing(fromLocalField(text)),
      },
      "datetime-local",
    ),
  static_select: (one, at) => select(one, at, grouped(one)),
  users_select: (one, at) => select(one, at, [[null, people()]]),
  conversations_select: (one, at) => select(one, at, [[null, places(() => true)]]),
  channels_select: (one, at) => select(one, at, [[null, places((channel) => channel.kind === "channel")]]),
  multi_static_select: (one, at) =>
    boxes(
      "checkbox",
      grouped(one).flatMap(([, options]) => options),
      at,
      one,
    ),
  multi_users_select: (one, at) => boxes("checkbox", people(), at, one),
  checkboxes: (one, at) => boxes("checkbox", one.options.map(asOption), at, one),
  radio_buttons: (one, at) => boxes("radio", one.options.map(asOption), at, one),
};

const common = (one, at) => ({ id: at.id, "aria-label": at.name, data: { key: at.key }, ...at.aria });

function line(one, at, type, more = {}) {
  return h("input", {
    ...common(one, at),
    type,
    class: "typed",
    placeholder: one.placeholder?.text,
    maxlength: one.max_length,
    autocomplete: "off",
    value: String(at.value ?? ""),
    oninput: (event) => at.typing(event.target.value),
    onchange: (event) => at.change(event.target.value || null),
    ...more,
  });
}

function area(one, at) {
  return h("textarea", {
    ...common(one, at),
    class: "typed",
    rows: 4,
    placeholder: one.placeholder?.text,
    maxlength: one.max_length,
    value: String(at.value ?? ""),
    oninput: (event) => at.typing(event.target.value),
    onchange: (event) => at.change(event.target.value || null),
  });
}

function asOption(option) {
  return { value: option.value, words: textObject(option.text), text: option.text.text, about: option.description };
}

const grouped = (one) =>
  (one.option_groups ?? [{ options: one.options ?? [] }]).map((group) => [
    group.label?.text ?? null,
    group.options.map(asOption),
  ]);

function people() {
  const named = state.workspace.people.map((user) => ({ value: user.id, words: [nameIn(user)], text: nameIn(user) }));
  return named.sort((first, second) => first.text.localeCompare(second.text));
}

const nameIn = (user) => (isApp(user.id) ? `${user.real_name} (app)` : user.real_name);

const places = (fits) =>
  state.channels.filter(fits).map((channel) => ({ value: channel.id, words: [channel.name], text: channel.name }));

function select(one, at, groups) {
  const options = (list) =>
    list.map((option) =>
      h("option", { value: option.value }, plain(option.text), option.about ? ` · ${option.about.text}` : ""),
    );
  return h(
    "select",
    {
      ...common(one, at),
      class: "typed",
      onchange: (event) => at.change(event.target.value || null),
      value: at.value ?? "",
    },
    h("option", { value: "" }, one.placeholder?.text ?? "Choose …"),
    groups.map(([label, list]) => (label ? h("optgroup", { label }, options(list)) : options(list))),
  );
}

function boxes(type, options, at, one) {
  const chosen = new Set([at.value ?? []].flat());
  const name = freshId("group");
  const most = one.max_selected_items ?? Infinity;
  const changed = (event) => {
    if (type === "radio") return at.change(event.target.value);
    if (event.target.checked && chosen.size >= most) event.target.checked = false;
    else if (event.target.checked) chosen.add(event.target.value);
    else chosen.delete(event.target.value);
    const inChosenOrder = one.type.startsWith("multi_"); // as in Slack, where the first one chosen comes first
    return at.change(inChosenOrder ? [...chosen] : options.map((option) => option.value).filter((value) => chosen.has(value)));
  };
  const box = (option, position) =>
    h(
      "label",
      { class: "choice" },
      h("input", {
        type,
        name,
        value: option.value,
        checked: chosen.has(option.value),
        onchange: changed,
        data: { key: `${at.key}/${option.value}` },
        id: position === 0 ? at.id : null,
      }),
      h("span", {}, option.words, option.about && h("span", { class: "about" }, textObject(option.about))),
    );
  return h(
    "div",
    {
      class: options.length > 10 ? "choices many" : "choices",
      data: { group: "yes" },
      ...(at.name ? { role: "group", "aria-label": at.name } : {}),
    },
    options.map(box),
  );
}
