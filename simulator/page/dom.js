// Small helpers around the document. Text goes in through text nodes only: there is no innerHTML on this page.

const AS_PROPERTY = new Set([
  "value",
  "checked",
  "selected",
  "disabled",
  "hidden",
  "open",
  "multiple",
  "indeterminate",
]);

/** An element. `on…` are listeners, `data` is the dataset; null, undefined and false are left out. */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  const late = [];
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (AS_PROPERTY.has(name)) late.push([name, value]);
    else node.setAttribute(name === "class_" ? "class" : name, value === true ? "" : String(value));
  }
  node.append(...flat(children));
  for (const [name, value] of late) node[name] = value; // a select takes its value only when it has its options
  return node;
}

export function flat(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

export const byId = (id) => document.getElementById(id);

/** Put these children into a region; whoever had the focus there gets it back, found by `data-key`. */
export function fill(root, ...children) {
  keepFocus(root, () => root.replaceChildren(...flat(children)));
}

export function keepFocus(root, change) {
  const held = root.contains(document.activeElement) ? document.activeElement : null;
  const key = held?.dataset.key;
  const caret = held && "selectionStart" in held ? [held.selectionStart, held.selectionEnd] : null;
  change();
  if (!key || held.isConnected) return;
  const again = root.querySelector(`[data-key="${CSS.escape(key)}"]`);
  again?.focus({ preventScroll: true });
  if (again && caret && caret[0] !== null) {
    try {
      again.setSelectionRange(...caret);
    } catch {
      // dates and the like have no caret to set
    }
  }
}

/** Keep the nodes of items that did not change. `items` are [key, version, make]. */
export function reconcile(root, items) {
  const old = new Map([...root.children].map((child) => [child.dataset.item, child]));
  const wanted = items.map(([key, version, make]) => {
    const there = old.get(key);
    if (there && there.dataset.version === version) return there;
    const node = make();
    node.dataset.item = key;
    node.dataset.version = version;
    return node;
  });
  keepFocus(root, () => {
    const keep = new Set(wanted);
    for (const child of [...root.children]) if (!keep.has(child)) child.remove();
    wanted.forEach((node, at) => {
      if (root.children[at] !== node) root.insertBefore(node, root.children[at] ?? null);
    });
  });
}

export function announce(text) {
  byId("announcer").textContent = text;
}

let serial = 0;

export function freshId(prefix) {
  serial += 1;
  return `${prefix}-${serial}`;
}
