// The strip above the messages: a line for each open incident, its six steps, and the speed of the next one.

import { attempt } from "./acts.js";
import { control } from "./control.js";
import { announce, byId, fill, h } from "./dom.js";
import { notify } from "./notices.js";
import { appChannel, channelOf, state } from "./store.js";

const UNFINISHED = ["Waiting", "Due now", "Overdue", "Submitted"];
const SPEEDS = [1, 10, 60];

export const openClocks = () => state.clocks.filter((clock) => clock.state === "Open");
export const isUnfinished = (step) => UNFINISHED.includes(step.state);

/** The step that comes next and still waits, or null. */
export const nextWaiting = (clock) =>
  clock.steps.filter((step) => step.state === "Waiting").sort((one, other) => one.due - other.due)[0] ?? null;

/** Seconds of the plan since T0, as they run now. */
const planSeconds = (clock) => (Date.now() / 1000 - clock.zero) * clock.speed;

const two = (number) => String(number).padStart(2, "0");

/** `T+04:12`; from an hour on `T+1:04:12`. */
export function minuteMark(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return `T+${hours ? `${hours}:` : ""}${two(minutes)}:${two(whole % 60)}`;
}

/** How long until a moment, in real time: `2:31`. */
export function until(due) {
  const left = Math.max(0, Math.ceil(due - Date.now() / 1000));
  return `${Math.floor(left / 60)}:${two(left % 60)}`;
}

export function renderClock() {
  const strip = byId("clock");
  const clocks = openClocks();
  strip.hidden = !state.ready || (!clocks.length && !state.bot?.supervised);
  if (strip.hidden) return fill(strip);
  fill(strip, clocks.map(line), state.bot?.supervised && speeds(clocks.length > 0));
  return tick();
}

function line(clock) {
  const next = nextWaiting(clock);
  return h(
    "div",
    { class: "incident", role: "group", "aria-label": `${clock.drill ? "Drill " : ""}${clock.label}, ${clock.title}` },
    h(
      "div",
      { class: "incident-head" },
      h("strong", { class: "running", role: "timer", data: { zero: clock.zero, speed: clock.speed } }),
      h("span", { class: "incident-name" }, `${clock.drill ? "Drill " : ""}${clock.label}`),
      clock.speed !== 1 && h("span", { class: "about" }, `${clock.speed}×`),
      next && h("span", { class: "about next" }, `${next.mark} in `, h("span", { data: { due: next.due } })),
      clock.drill && next && jump(clock, next),
    ),
    h("ol", { class: "steps" }, clock.steps.map(step)),
  );
}

function step(one) {
  const owner = one.owner ? `, ${one.owner}` : "";
  const words = `${one.mark} ${one.title}: ${one.state}${owner}`;
  return h(
    "li",
    { class: "step", title: words, data: { state: one.state } },
    h("span", { class: "shape", "aria-hidden": "true" }),
    h("span", { class: "mark" }, one.mark, h("span", { class: "unseen" }, ` ${one.title}${owner}: `)),
    h("span", { class: "state" }, one.state),
  );
}

function jump(clock, next) {
  const go = async (event) => {
    event.currentTarget.setAttribute("aria-busy", "true");
    await fastForward(clock);
  };
  return h(
    "button",
    { type: "button", class: "button small", data: { key: `jump/${clock.label}` }, onclick: go },
    `Jump to ${next.mark}`,
  );
}

/** A command of the person acted as; its private answer is shown in the channel, or as a notice where none is open. */
export async function fastForward(clock) {
  const command = state.workspace.commands[0]; // who has no commands sees no clock
  const here = channelOf(state.place);
  const channel = (here ?? appChannel() ?? state.channels[0])?.id;
  if (!channel) return notify("Open a channel first: the command has to be typed somewhere.");
  const done = await attempt("command", { channel, name: command.name, text: `fast-forward ${clock.label}` });
  if (done?.reply && !here) notify(done.reply.text);
  else if (done?.reply) announce(done.reply.text);
  return done;
}

function speeds(running) {
  const now = state.bot.speed;
  const starting = state.bot.bot === "starting";
  const all = SPEEDS.includes(now) || now === null ? SPEEDS : [now, ...SPEEDS];
  const about = running
    ? "Incidents that are open keep their speed. The bot is started again for this."
    : "No incident is open. The bot is started again for another speed.";
  return h(
    "div",
    { class: "speeds", role: "group", "aria-label": "Speed of the next incident" },
    h("span", {}, "Next incident runs at"),
    all.map((speed) =>
      h(
        "button",
        {
          type: "button",
          class: "chip",
          "aria-pressed": String(speed === now),
          "aria-disabled": String(starting), // and not disabled, which would lose the focus
          data: { key: `speed/${speed}` },
          onclick: () => speed !== now && !starting && control({ ask: "speed", speed }),
        },
        `${speed}×`,
      ),
    ),
    h("span", { class: "about" }, starting ? "The bot is starting …" : about),
  );
}

/** What runs is written anew each second, without drawing the rest. */
export function tick() {
  for (const node of document.querySelectorAll(".running[data-zero]")) {
    const { zero, speed } = node.dataset;
    node.textContent = minuteMark(planSeconds({ zero: Number(zero), speed: Number(speed) }));
  }
  for (const node of document.querySelectorAll("[data-due]")) node.textContent = until(Number(node.dataset.due));
}

setInterval(tick, 1000);
