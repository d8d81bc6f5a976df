// The dialog on top of the stack. What was typed stays in the field while block_id, action_id and kind stay.
// https://docs.slack.dev/surfaces/modals

import { attempt } from "./acts.js";
import { renderBlocks } from "./blocks.js";
import { byId, fill, h } from "./dom.js";
import { choiceOf } from "./fields.js";
import { icon } from "./icons.js";
import { state } from "./store.js";

const typed = new Map(); // view, block, action and kind → what is in the field
let drawn = "";
let busy = false;
let opener = null;

const slot = (view, block, one) => [view.view_id, block.block_id, one.action_id, one.type].join("/");

export function renderDialogs() {
  const modal = byId("modal");
  const view = state.dialogs.at(-1);
  if (!view) return close(modal);
  const now = JSON.stringify([
    state.me,
    view.view_id,
    view.hash,
    view.errors,
    view.trouble,
    state.dialogs.length,
    state.workspace.people.length,
    busy,
  ]);
  if (now === drawn && modal.open) return undefined;
  const another = modal.dataset.view !== view.view_id;
  drawn = now;
  modal.dataset.view = view.view_id;
  if (!modal.open) opener = document.activeElement?.dataset.key ?? null;
  fill(modal, form(view));
  if (!modal.open) modal.showModal();
  if (another) first(modal);
  return undefined;
}

function close(modal) {
  if (!modal.open) return;
  modal.close();
  modal.replaceChildren();
  delete modal.dataset.view;
  drawn = "";
  typed.clear();
  if (opener) document.querySelector(`[data-key="${CSS.escape(opener)}"]`)?.focus();
}

function first(modal) {
  const field = modal.querySelector("form input:not([type=hidden]), form select, form textarea");
  (field ?? modal.querySelector(".modal-foot button"))?.focus();
}

function form(view) {
  const hasFields = view.fields.length > 0;
  return h(
    "form",
    { novalidate: true, "aria-busy": String(busy), onsubmit: (event) => (event.preventDefault(), submit(view)) },
    h(
      "header",
      { class: "modal-head" },
      h("h2", { id: "modal-title" }, view.title ?? ""),
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          "aria-label": state.dialogs.length > 1 ? "Close all" : "Close",
          data: { key: "modal/x" },
          onclick: () => leave(state.dialogs.length > 1),
        },
        icon("close"),
      ),
    ),
    h(
      "div",
      { class: "modal-body" },
      state.dialogs.length > 1 && h("p", { class: "about" }, `Above “${state.dialogs.at(-2).title}”`),
      view.trouble && h("p", { class: "error", role: "alert" }, view.trouble),
      hasFields &&
        Object.keys(view.errors).length > 0 &&
        h("p", { class: "error", role: "alert" }, "Something is missing or wrong; see below. Nothing is lost."),
      renderBlocks(view.blocks, surface(view)),
    ),
    h(
      "footer",
      { class: "modal-foot" },
      h(
        "button",
        { type: "button", class: "button", data: { key: "modal/close" }, onclick: () => leave(false) },
        view.close ?? (hasFields ? "Cancel" : "Close"),
      ),
      view.submit &&
        h(
          "button",
          { type: "submit", class: "button primary", data: { key: "modal/submit" }, "aria-busy": String(busy) },
          busy ? "Sending …" : view.submit,
        ),
    ),
  );
}

function surface(view) {
  return {
    key: `modal/${view.view_id}`,
    errors: view.errors,
    choice: (block, one) => {
      const place = slot(view, block, one);
      return typed.has(place) ? typed.get(place) : choiceOf(view.values[block.block_id]?.[one.action_id]);
    },
    type: (block, one, choice) => typed.set(slot(view, block, one), choice),
    press: async (block, one, choice = null) => {
      await hand(view);
      return attempt("dialog/press", { block_id: block.block_id, action_id: one.action_id, choice });
    },
  };
}

/** Tell the workspace what stands in the fields, so that the app hears of it with the next press or submission. */
async function hand(view) {
  const values = {};
  for (const block of view.blocks.filter((one) => one.type === "input")) {
    const place = slot(view, block, block.element);
    if (typed.has(place)) (values[block.block_id] ??= {})[block.element.action_id] = typed.get(place);
  }
  return Object.keys(values).length ? attempt("dialog/fill", { values }) : true;
}

async function submit(view) {
  if (busy) return;
  busy = true;
  try {
    if (await hand(view)) await attempt("dialog/submit", {});
  } finally {
    busy = false;
    renderDialogs();
  }
  byId("modal")
    .querySelector('[aria-invalid="true"]:is(input, select, textarea), fieldset[aria-invalid="true"] input')
    ?.focus();
}

async function leave(everything) {
  await attempt("dialog/close", { everything });
}

export function watchDialogs() {
  byId("modal").addEventListener("cancel", (event) => {
    event.preventDefault(); // the workspace closes it, and the app may want to know
    leave(false);
  });
}
