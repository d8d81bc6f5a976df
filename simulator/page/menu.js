// One small menu at a time, beside the button that opened it. Arrows move, Escape and a click elsewhere close it.

import { h } from "./dom.js";

let open = null;

/** A button with a menu. `items()` gives [label, act, kind]; kind "danger" or "glyph" changes the looks only. */
export function menuButton(face, name, items, attributes = {}) {
  const button = h(
    "button",
    {
      type: "button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": name,
      title: name,
      ...attributes,
      onclick: () => (open?.button === button ? closeMenu() : showMenu(button, name, items())),
    },
    face,
  );
  return button;
}

export function closeMenu() {
  if (!open) return;
  const { menu, button } = open;
  open = null;
  menu.remove();
  button.setAttribute("aria-expanded", "false");
}

function showMenu(button, name, items) {
  closeMenu();
  const glyphs = items.some(([, , kind]) => kind === "glyph");
  const menu = h(
    "div",
    { class: glyphs ? "menu glyphs" : "menu", role: "menu", "aria-label": name, onkeydown: (event) => move(event) },
    items.map(([label, act, kind, spoken]) =>
      h(
        "button",
        {
          type: "button",
          role: "menuitem",
          tabindex: "-1",
          class: kind ?? "",
          "aria-label": spoken,
          title: spoken,
          onclick: () => choose(act),
        },
        label,
      ),
    ),
  );
  (button.closest("dialog") ?? document.body).append(menu);
  open = { menu, button };
  button.setAttribute("aria-expanded", "true");
  place(menu, button);
  menu.querySelector("button")?.focus();
}

function choose(act) {
  const { button } = open;
  closeMenu();
  back(button)?.focus();
  act();
}

function back(button) {
  if (button.isConnected) return button;
  return button.dataset.key ? document.querySelector(`[data-key="${CSS.escape(button.dataset.key)}"]`) : null;
}

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const left = Math.min(at.left, window.innerWidth - menu.offsetWidth - 8);
  const below = at.bottom + 4 + menu.offsetHeight < window.innerHeight;
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - menu.offsetHeight - 4)}px`;
}

function move(event) {
  const items = [...open.menu.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const to = {
    ArrowDown: at + 1,
    ArrowRight: at + 1,
    ArrowUp: at - 1,
    ArrowLeft: at - 1,
    Home: 0,
    End: items.length - 1,
  }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    items[(to + items.length) % items.length].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    const { button } = open;
    closeMenu();
    back(button)?.focus();
  }
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.menu.contains(event.target) && !open.button.contains(event.target)) closeMenu();
});
window.addEventListener("resize", closeMenu);
