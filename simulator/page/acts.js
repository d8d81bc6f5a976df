// What the person does. What the workspace refuses is said in a notice; nothing is ever silent.

import { state, update } from "./store.js";
import { dismissAll, notify } from "./notices.js";
import { act, Refused } from "./wire.js";

/** The result, or null when it was refused, which the person has been told then. */
export async function attempt(name, body) {
  try {
    const result = await act(state.me, name, body);
    if (result.acked !== false) dismissAll(); // what went wrong before is over
    if ("dialog" in result) follow(result.dialog);
    return result;
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    notify(refusal.message);
    return null;
  }
}

/** The dialog on top after an act, a moment before it is told anyway. */
function follow(dialog) {
  if (dialog === null) return update({ dialogs: [] });
  const at = state.dialogs.findIndex((one) => one.view_id === dialog.view_id);
  return update({ dialogs: at < 0 ? [...state.dialogs, dialog] : [...state.dialogs.slice(0, at), dialog] });
}

/** Where a message goes: a channel by id, or somebody with whom there is no direct message yet by name. */
export function address(place) {
  if (!place.startsWith("@")) return place;
  return `@${state.workspace.people.find((user) => user.id === place.slice(1))?.real_name ?? ""}`;
}

/** Say it, or run it when it begins with a slash. Returns whether it was taken. */
export async function send(place, text, thread = null) {
  const command = /^(\/\S+)\s*([\s\S]*)$/.exec(text);
  if (command) {
    const [, name, rest] = command;
    const done = await attempt("command", {
      channel: address(place),
      name,
      text: rest.trim(),
      ...(thread ? { thread_ts: thread } : {}),
    });
    return done !== null && done.acked !== false;
  }
  const said = await attempt("say", { channel: address(place), text, thread_ts: thread });
  return said !== null;
}

export function press(message) {
  return (block, element, choice) =>
    attempt("press", {
      channel: message.channel,
      ts: message.ts,
      block_id: block.block_id,
      action_id: element.action_id,
      ...(choice === undefined ? {} : { choice }),
    });
}

export async function toggleReaction(message, name) {
  const mine = message.reactions[name]?.includes(state.me);
  await attempt(mine ? "unreact" : "react", { channel: message.channel, ts: message.ts, name });
}
