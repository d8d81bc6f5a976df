// What a page has to be free of, looked for in the page itself. Each gives a list of what is wrong.

/** Things to press or to fill in that a screen reader has no name for. */
function unnamed() {
  const named = (node) =>
    node.getAttribute("aria-label") ||
    node.textContent.trim() ||
    node.labels?.length ||
    node.getAttribute("aria-labelledby");
  return [...document.querySelectorAll("button, a, input, select, textarea, dialog[open], [role=menu]")]
    .filter((node) => node.checkVisibility() && !named(node))
    .map((node) => node.outerHTML);
}

/** Ids that stand twice. */
function doubled() {
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at);
}

/** Whatever hangs over the right edge. */
function sideways() {
  const wide = (node) => node.checkVisibility() && node.getBoundingClientRect().right > window.innerWidth + 1;
  return [...document.querySelectorAll("#main *, #sidebar *, dialog[open] *")]
    .filter(wide)
    .map((node) => node.outerHTML);
}

/** Words whose contrast is below 4.5 to 1: https://www.w3.org/TR/WCAG22/#contrast-minimum */
function faint() {
  const parse = (text) => text.match(/[\d.]+/g).map(Number);
  const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (/^rgb\(/.test(colour)) return light(parse(colour));
    }
    return 1;
  };
  const hasWords = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
  const contrast = (node) => {
    const [dark, bright] = [light(parse(getComputedStyle(node).color)), ground(node)].sort((one, other) => one - other);
    return (bright + 0.05) / (dark + 0.05);
  };
  return [...document.querySelectorAll("#main *, dialog[open] *")]
    .filter((node) => node.checkVisibility({ opacityProperty: true }) && hasWords(node))
    .map((node) => [contrast(node), node.outerHTML.slice(0, 120)])
    .filter(([ratio]) => ratio < 4.5);
}
