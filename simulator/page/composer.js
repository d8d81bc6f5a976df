// Where one types. Enter sends, Shift+Enter begins a new line; a list helps with commands, people and channels.

import { send } from "./acts.js";
import { h } from "./dom.js";
import { state } from "./store.js";
import { completions } from "./typed.js";

const drafts = new Map(); // person, place and thread → what was typed and not sent

/** A composer for one place; `id` also is the id of its box. */
export function composer(id, place, label, thread = null) {
  const key = `${state.me}/${place}/${thread ?? ""}`;
  const list = h("ul", {
    class: "completions",
    role: "listbox",
    id: `${id}-list`,
    "aria-label": "Suggestions",
    hidden: true,
  });
  const box = h("textarea", {
    id,
    class: "typed",
    rows: 1,
    placeholder: label,
    "aria-label": label,
    "aria-autocomplete": "list",
    "aria-controls": `${id}-list`,
    autocomplete: "off",
    value: drafts.get(key) ?? "",
    data: { key: id },
  });
  const button = h("button", { type: "submit", class: "button primary", "aria-label": "Send" }, "Send");
  const part = { box, list, chosen: -1, offers: [] };
  const submit = async () => {
    const text = box.value.trim();
    if (!text || button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    close(part);
    if (await send(place, text, thread)) {
      if (box.value.trim() === text) box.value = "";
      drafts.set(key, box.value);
      grow(box);
    }
    button.removeAttribute("aria-busy");
  };
  box.addEventListener("input", () => {
    drafts.set(key, box.value);
    grow(box);
    suggest(part);
  });
  box.addEventListener("keydown", (event) => keyed(event, part, submit));
  box.addEventListener("blur", () => close(part));
  return h("form", { class: "composer", onsubmit: (event) => (event.preventDefault(), submit()) }, list, box, button);
}

/** Put this into the box of a place, as if it had been typed. */
export function suggestText(text) {
  const box = document.getElementById("text");
  if (!box) return;
  box.value = text;
  box.focus();
  box.dispatchEvent(new Event("input"));
}

function grow(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 180)}px`;
}

function suggest(part) {
  const { box } = part;
  part.offers = box.selectionStart === box.value.length ? completions(box.value, state.workspace, state.channels) : [];
  part.chosen = -1;
  draw(part);
}

function draw(part) {
  const { box, list, offers, chosen } = part;
  list.hidden = offers.length === 0;
  if (chosen >= 0) box.setAttribute("aria-activedescendant", `${box.id}-option-${chosen}`);
  else box.removeAttribute("aria-activedescendant");
  list.replaceChildren(
    ...offers.map((offer, at) =>
      h(
        "li",
        {
          id: `${box.id}-option-${at}`,
          role: "option",
          "aria-selected": String(at === chosen),
          onpointerdown: (event) => (event.preventDefault(), pick(part, at)),
        },
        h("strong", {}, offer.label),
        offer.about && h("span", { class: "about" }, offer.about),
      ),
    ),
  );
}

function close(part) {
  part.offers = [];
  part.chosen = -1;
  draw(part);
}

function pick(part, at) {
  part.box.value = part.offers[at].text;
  part.box.dispatchEvent(new Event("input"));
}

function keyed(event, part, submit) {
  const { offers, chosen } = part;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (offers.length && step) {
    event.preventDefault();
    part.chosen = (chosen + step + (chosen < 0 && step < 0 ? 1 : 0) + offers.length) % offers.length;
    draw(part);
  } else if (offers.length && event.key === "Escape") {
    event.preventDefault();
    close(part);
  } else if (offers.length && ((event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && chosen >= 0))) {
    event.preventDefault();
    pick(part, Math.max(chosen, 0));
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
}
