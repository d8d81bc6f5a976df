// Between a message as it is kept and as somebody types it.

import { channelOf, nameOf } from "./store.js";

/** `<@U1> &amp; <#C1|general>` → `@Dana Ito & #general`: what one gets to edit. */
export function asTyped(raw) {
  const named = raw.replace(/<([@#])(\w+)(?:\|([^<>]*))?>/g, (_, kind, id, label) =>
    kind === "@" ? `@${nameOf(id)}` : (channelOf(id)?.name ?? `#${label ?? id}`),
  );
  return named
    .replace(/<([^<>|]+)(?:\|[^<>]*)?>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

/** What could be meant at the caret: commands and their words at the beginning, people and channels anywhere. */
export function completions(text, workspace, channels) {
  const command = /^\/(\S*)$/.exec(text);
  if (command) {
    return workspace.commands
      .filter((one) => one.name.startsWith(text))
      .map((one) => ({
        label: one.name,
        about: [one.usage, one.description].filter(Boolean).join(" · "),
        text: `${one.name} `,
      }));
  }
  return commandWords(text, workspace) ?? mentions(text, workspace, channels);
}

/** The words of a usage hint such as `[what happened | status | help]`: those that are one word are commands. */
function commandWords(text, workspace) {
  const match = /^(\/\S+) (\S*)$/.exec(text);
  const command = match && workspace.commands.find((one) => one.name === match[1]);
  if (!command) return null;
  const words = command.usage
    .replace(/[[\]]/g, "")
    .split("|")
    .map((word) => word.trim());
  return words
    .filter((word) => /^\S+$/.test(word) && word.startsWith(match[2]) && word !== match[2])
    .map((word) => ({ label: `${command.name} ${word}`, about: "", text: `${command.name} ${word} ` }));
}

function mentions(text, workspace, channels) {
  const match = /(^|\s)([@#])([^@#\n]{0,24})$/.exec(text);
  if (!match) return [];
  const [, , kind, begun] = match;
  const names =
    kind === "@"
      ? workspace.people.map((user) => `@${user.real_name}`)
      : channels.filter((one) => one.kind !== "im").map((one) => one.name);
  const before = text.slice(0, text.length - begun.length - 1);
  return names
    .filter((name) => name.slice(1).toLowerCase().startsWith(begun.toLowerCase()) && name.slice(1) !== begun)
    .slice(0, 8)
    .map((name) => ({ label: name, about: "", text: `${before}${name} ` }));
}
