// The first run, told one thing at a time: what to do next is read from what is there, never from what was pressed.

import { fastForward, isUnfinished, nextWaiting, tick } from "./clock.js";
import { suggestText } from "./composer.js";
import { byId, fill, h } from "./dom.js";
import { save } from "./message.js";
import { appChannel, channelOf, nameOf, state, update } from "./store.js";

const KEPT = "tour";
let over = false;

export function renderCoach() {
  const slot = byId("coach");
  const told = isOver() || !state.ready || !state.workspace.commands.length ? null : next();
  slot.hidden = !told;
  if (!told) return fill(slot);
  fill(slot, h("p", {}, told.words), h("div", { class: "row" }, told.ways, skip(told)));
  return tick();
}

/** The words and the ways of what comes next. */
function next() {
  const clock = state.clocks.findLast((one) => one.drill) ?? state.clocks.at(-1);
  if (!clock) return state.dialogs.length ? aboutForm() : aboutReport();
  if (clock.state !== "Open") return aboutExport(clock);
  const step = clock.steps.find((one) => one.state !== "Submitted" && isUnfinished(one));
  return step ? aboutStep(clock, step) : aboutClosing(clock);
}

function aboutReport() {
  const { name } = state.workspace.commands[0];
  const finder = state.workspace.people.find((user) => !user.is_bot && !user.is_restricted && !user.is_stranger);
  const me = state.workspace.people.find((user) => user.id === state.me);
  if (finder && (me.is_bot || me.is_restricted)) {
    const words = [bold(`Switch to ${finder.real_name}, `), "who found a key in a public gist."];
    return { words, ways: become(finder) };
  }
  return {
    words: [
      bold(`You are ${nameOf(state.me)}, and found a key in a public gist. `),
      "Report it: type ",
      code(name),
      " and what happened.",
    ],
    ways: typed(`${name} a key in a public gist`),
  };
}

function aboutForm() {
  const drill = "Tick “This is a drill”, so that its clock can be put forward, and send the form.";
  return { words: [bold("Say what you know. "), drill] };
}

function aboutStep(clock, step) {
  const what = `${step.mark} · ${step.title}`;
  const made = "Fill in what you would know by then, and send it. Made-up answers are fine.";
  if (state.dialogs.length) return { words: [bold(`${what}. `), made] };
  const owner = person(step.owner);
  if (owner && owner.id !== state.me) {
    const due = step.state === "Waiting" ? ["is due in ", h("span", { data: { due: step.due } })] : "is due";
    const words = [bold(`Switch to ${owner.real_name}: `), `their step ${what} `, due, "."];
    return { words, ways: become(owner) };
  }
  if (step.state === "Waiting") return aboutWaiting(clock, step, what);
  return {
    words: [
      bold(`${what}: `),
      `press “Complete step” in the newest message from ${state.workspace.app.name}, or take it from the board.`,
    ],
    ways: owner && appChannel()?.id !== state.place && goTo("Show me the message", `@${state.workspace.app.id}`),
  };
}

function aboutWaiting(clock, step, what) {
  const jumps = clock.drill && nextWaiting(clock);
  return {
    words: [
      bold(`${what} is ${step.owner ? "yours" : "nobody's"} and due in `),
      h("span", { data: { due: step.due } }),
      jumps ? ". No need to wait: put the clock forward." : ".",
    ],
    ways: jumps && way("Put the clock forward", () => fastForward(clock), "forward"),
  };
}

function aboutClosing(clock) {
  const lead = person(clock.lead);
  if (lead && lead.id !== state.me) {
    const words = [bold(`Every step is answered. Switch to ${lead.real_name}, `), "who leads, and close it."];
    return { words, ways: become(lead) };
  }
  const text = `${state.workspace.commands[0].name} close ${clock.label} practised, nothing is lost`;
  return { words: [bold("Every step is answered. "), "Close it: type ", code(text)], ways: typed(text) };
}

function aboutExport(clock) {
  const file = state.files.findLast((one) => one.name === `${clock.label}.html`);
  if (file) return aboutFile(file);
  const text = `${state.workspace.commands[0].name} export ${clock.label} html`;
  const words = [bold(`${clock.label} is over. `), "Take its timeline with you: type ", code(text)];
  return { words, ways: typed(text) };
}

function aboutFile(file) {
  return {
    words: [
      bold("That is all of it: "),
      `the timeline is in ${file.name}. Open it, then hurt something under “Network” and play it again.`,
    ],
    ways: way(`Open ${file.name}`, () => save(file), "open"),
    end: "End the tour",
  };
}

// --- ways to go on

const bold = (text) => h("strong", {}, text);
const code = (text) => h("code", {}, text);
const person = (name) => state.workspace.people.find((user) => user.real_name === name);

function way(words, onclick, key) {
  return h("button", { type: "button", class: "button primary", data: { key: `coach/${key}` }, onclick }, words);
}

/** Where nothing can be typed, one goes to a channel first. */
function typed(text) {
  const channel = state.channels.find((one) => one.kind === "channel");
  if (channelOf(state.place)) return way("Type it for me", () => suggestText(text), "type");
  return channel && goTo(`Go to ${channel.name}`, channel.id);
}

function become(user) {
  const href = `#as=${user.id}&in=@${state.workspace.app.id}`;
  return h("a", { class: "button primary", href, data: { key: "coach/become" } }, `Become ${user.real_name}`);
}

function goTo(words, place) {
  return h("a", { class: "button", href: `#as=${state.me}&in=${place}`, data: { key: "coach/go" } }, words);
}

function skip({ end = "Skip the tour" }) {
  return h("button", { type: "button", class: "button", data: { key: "coach/skip" }, onclick: dismiss }, end);
}

function isOver() {
  try {
    return over || localStorage.getItem(KEPT) === "over";
  } catch {
    return over;
  }
}

function dismiss() {
  over = true;
  try {
    localStorage.setItem(KEPT, "over");
  } catch {
    // then until this window is closed
  }
  update();
}
