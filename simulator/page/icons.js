// Line drawings, so that nothing depends on which glyphs a machine has.

const NS = "http://www.w3.org/2000/svg";

const PATHS = {
  bolt: "M11 2 4 11.500h5L8 18l7-9.500h-5z",
  close: "M5 5l10 10M15 5 5 15",
  file: "M5 2.500h6.500L15.5 6.500V17.500H5zM11.5 2.500V6.500H15.5",
  home: "M3 9.5 10 3.500l7 6M5 8v8.500h10V8",
  lock: "M5 9h10v8H5zM7 9V6.500a3 3 0 0 1 6 0V9",
  menu: "M3 5.500h14M3 10h14M3 14.500h14",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  network: "M3 7h12l-3-3M17 13H5l3 3",
  pin: "M7 3h6l-1 5 3 3H5l3-3zM10 11v6",
  reply: "M8 5 3.5 9.5 8 14M3.5 9.500H12a4.5 4.5 0 0 1 4.5 4.500v1.5",
  smile: "M10 2.500a7.5 7.5 0 1 0 .01 0M7.2 8h.01M12.8 8h.01M6.5 11.800a4 4 0 0 0 7 0",
  window: "M3 6.500h10.500V17H3zM6.5 6.500V3H17v10.500h-3.5",
};

export function icon(name) {
  const svg = document.createElementNS(NS, "svg");
  const path = document.createElementNS(NS, "path");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 20 20",
    class: `icon icon-${name}`,
    "aria-hidden": "true",
  })) {
    svg.setAttribute(key, value);
  }
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
