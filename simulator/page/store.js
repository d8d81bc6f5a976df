// What one person sees, and where they are looking. Everything that is drawn is drawn from here.

export const state = {
  me: "", // the id of the person acted as
  ready: false, // whether everything was told once
  lost: "", // what stands in the line about a lost connection
  workspace: { name: "", app: { id: "", name: "" }, commands: [], shortcuts: [], people: [] },
  channels: [],
  messages: new Map(), // channel → (ts → message)
  dialogs: [],
  home: null,
  files: [],
  notices: [],
  clocks: [], // of all incidents; these three are the same for everybody
  bot: null, // the app's process
  network: null, // what is hurt, and what was
  place: "", // a channel's id, "home", or "@U…" for a direct message that does not exist yet
  thread: null, // the ts of the message whose thread is open
  panel: null, // "thread", "pins" or "network"
  drawer: false, // whether the list of channels is out, on a narrow screen
  target: null, // the ts of a message to bring into view
};

const inOrder = new Map(); // channel → its messages, oldest first, until one of them changes
const watchers = new Set();
let due = false;

export function subscribe(watcher) {
  watchers.add(watcher);
}

/** Change the state, and have everything drawn anew, once, soon. */
export function update(changes = {}) {
  Object.assign(state, changes);
  if (due) return;
  due = true;
  queueMicrotask(() => {
    due = false;
    for (const watcher of watchers) watcher(state);
  });
}

/** Take in what the workspace tells. Returns the messages that are new to somebody who was looking already. */
export function take(news) {
  const { messages = [], gone = [], whole = false, ...rest } = news;
  if (whole) state.messages = new Map();
  if (whole || messages.length || gone.length) inOrder.clear();
  const fresh = messages.filter((message) => keep(message) && !whole);
  for (const [channel, ts] of gone) state.messages.get(channel)?.delete(ts);
  update({ ...rest, ready: true });
  return fresh;
}

function keep(message) {
  if (!state.messages.has(message.channel)) state.messages.set(message.channel, new Map());
  const channel = state.messages.get(message.channel);
  const isNew = !channel.has(message.ts);
  channel.set(message.ts, message);
  return isNew;
}

/** Everything about the person before is forgotten. */
export function become(me) {
  inOrder.clear();
  update({
    me,
    ready: false,
    channels: [],
    messages: new Map(),
    dialogs: [],
    home: null,
    files: [],
    notices: [],
    thread: null,
    panel: null,
  });
}

// --- looking things up

export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

export const person = (id) => state.workspace.people.find((user) => user.id === id);

export const nameOf = (id) => person(id)?.real_name ?? id;

export const isApp = (id) => Boolean(person(id)?.is_bot);

export const channelOf = (id) => state.channels.find((channel) => channel.id === id);

export const current = () => channelOf(state.place);

/** The other one in a direct message. */
export const partner = (channel) => channel.members.find((id) => id !== state.me) ?? state.me;

export const appChannel = () =>
  state.channels.find((channel) => channel.kind === "im" && channel.members.includes(state.workspace.app.id));

export function messagesIn(channel) {
  if (!inOrder.has(channel)) {
    const all = [...(state.messages.get(channel)?.values() ?? [])];
    inOrder.set(
      channel,
      all.sort((one, other) => compare(one.ts, other.ts)),
    );
  }
  return inOrder.get(channel);
}

export function repliesTo(channel, ts) {
  return messagesIn(channel).filter((message) => isReply(message) && message.thread_ts === ts);
}

function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0; // both have ten digits before the point and six behind it
}

// --- unread marks, kept in this browser for each person

const kept = (me) => `read:${me}`;

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(kept(state.me)) ?? "{}");
  } catch {
    return {};
  }
}

/** The ts of the last message that was read here; "" when none was. */
export const readUntil = (channel) => remembered()[channel] ?? "";

export function markRead(channel) {
  const last = messagesIn(channel).at(-1)?.ts;
  const read = remembered();
  if (!last || read[channel] === last) return;
  try {
    localStorage.setItem(kept(state.me), JSON.stringify({ ...read, [channel]: last }));
  } catch {
    // a browser that keeps nothing shows everything as unread after a reload
  }
}

export const unreadSince = (message, ts) => message.ts > ts && message.user !== state.me && !message.subtype;

/** How many messages are unread, and how many of them speak to this person. */
export function unread(channel) {
  const since = readUntil(channel.id);
  const fresh = messagesIn(channel.id).filter((message) => unreadSince(message, since));
  const mine =
    channel.kind === "im" ? fresh : fresh.filter((message) => speaksTo(message, state.me) || message.only_you);
  return { count: fresh.length, mine: mine.length };
}

function speaksTo(message, user) {
  return message.raw_text.includes(`<@${user}>`) || JSON.stringify(message.blocks).includes(`<@${user}>`);
}
