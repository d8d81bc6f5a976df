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
  ]);
  if (now === drawn && modal.open) return undefined;
  const another = modal.dataset.view !== view.view_id;
  drawn = now;
  modal.dataset.view = view.view_id;
  if (!modal.open) opener = document.activeElement?.dataset.key ?? null;
  const scrolled = modal.querySelector(".modal-body")?.scrollTop ?? 0;
  fill(modal, form(view));
  if (!modal.open) modal.showModal();
  if (another) first(modal);
  else modal.querySelector(".modal-body").scrollTop = scrolled;
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
  const send = (event) => {
    event.preventDefault();
    submit(view);
  };
  return h("form", { novalidate: true, onsubmit: send }, heading(view), body(view), foot(view));
}

function heading(view) {
  const stacked = state.dialogs.length > 1;
  const name = stacked ? "Close all" : "Close";
  const attributes = { type: "button", class: "quiet", "aria-label": name, data: { key: "modal/x" } };
  return h(
    "header",
    { class: "modal-head" },
    h("h2", { id: "modal-title" }, view.title ?? ""),
    h("button", { ...attributes, onclick: () => leave(stacked) }, icon("close")),
  );
}

function body(view) {
  const wrong = view.fields.length > 0 && Object.keys(view.errors).length > 0;
  const alarm = (text) => h("p", { class: "error", role: "alert" }, text);
  return h(
    "div",
    { class: "modal-body" },
    state.dialogs.length > 1 && h("p", { class: "about" }, `Above “${state.dialogs.at(-2).title}”`),
    view.trouble && alarm(view.trouble),
    wrong && alarm("Something is missing or wrong; see below. Nothing is lost."),
    renderBlocks(view.blocks, surface(view)),
  );
}

function foot(view) {
  const close = { type: "button", class: "button", data: { key: "modal/close" }, onclick: () => leave(false) };
  const go = { type: "submit", class: "button primary", data: { key: "modal/submit" } };
  return h(
    "footer",
    { class: "modal-foot" },
    h("button", close, view.close ?? (view.fields.length > 0 ? "Cancel" : "Close")),
    view.submit && h("button", go, view.submit),
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
  const button = byId("modal").querySelector('[data-key="modal/submit"]');
  button?.setAttribute("aria-busy", "true");
  button?.replaceChildren("Sending …");
  try {
    if (await hand(view)) await attempt("dialog/submit", {});
  } finally {
    busy = false;
    drawn = ""; // the button says again what it does, also when nothing else has changed
    renderDialogs();
  }
  showFault(byId("modal"));
}

/** The first field that is wrong gets the focus; what is wrong with the whole is at the top. */
function showFault(modal) {
  const wrong = '[aria-invalid="true"]:is(input, select, textarea), fieldset[aria-invalid="true"] input';
  modal.querySelector(wrong)?.focus();
  if (!modal.querySelector(wrong)) modal.querySelector(".modal-body [role=alert]")?.scrollIntoView();
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
