// The drawer in which things are hurt on purpose: what could be hurt, what is hurt now, what was.

import { tick } from "./clock.js";
import { control, disturb } from "./control.js";
import { clockTime } from "./dates.js";
import { fill, h } from "./dom.js";
import { state } from "./store.js";

const FOR_S = 30;

const HURTS = [
  ["Slack is down for 30 s", "order", { fault: "outage", lasting_s: FOR_S }],
  ["Slack limits everything for 30 s", "order", { fault: "limited", lasting_s: FOR_S, seconds: 5 }],
  ["Lose the next 3 answers (after they took effect)", "order", { fault: "lost_after", count: 3 }],
  ["Tell the next 5 events twice", "order", { fault: "event_twice", count: 5 }],
  ["Cut the connection", "sockets", { do: "cut" }],
];

const WORDS = {
  outage: "Slack was down",
  limited: "Slack said “too many requests”",
  lost_after: "an answer was lost after it took effect",
  lost_before: "a call was lost",
  event_twice: "an event was told twice",
  socket_cut: "the connection was cut",
  bot_kill: "the bot was killed",
  bot_stop: "the bot was stopped",
  bot_start: "the bot was started",
  bot_speed: "the speed was changed",
};

const NOW = {
  outage: "Slack is down",
  limited: "Slack limits everything",
  lost_after: "Answers are lost",
  event_twice: "Events are told twice",
};

const STATES = {
  running: "The bot is running",
  starting: "The bot is starting",
  stopped: "The bot is stopped",
  unknown: "How the bot is cannot be seen here: it was not started by make run",
};

const plain = (fault) => fault.replaceAll("_", " ");

export function renderNetwork(body) {
  const { orders = [], latest = [] } = state.network ?? {};
  const standing = orders.filter((order) => !order.until || order.until > Date.now() / 1000);
  fill(
    body,
    h(
      "div",
      { class: "hurting" },
      part("Hurt something", "What the bot must live through. It all stays on this machine.", HURTS.map(hurtButton)),
      part("The bot", botLine(), state.bot?.supervised && botButtons()),
      part("Now", !standing.length && "Nothing is hurt.", now(standing)),
      part("What was hurt", !latest.length && "Nothing yet.", done(latest)),
    ),
  );
  tick();
}

function part(title, about, content) {
  return h("section", { "aria-label": title }, h("h3", {}, title), about && h("p", { class: "about" }, about), content);
}

function hurtButton([words, deed, body]) {
  return h(
    "button",
    { type: "button", class: "button whole", data: { key: `hurt/${words}` }, onclick: () => disturb(deed, body) },
    words,
  );
}

function botLine() {
  const { bot, pid, speed } = state.bot ?? { bot: "unknown" };
  const faster = speed && speed !== 1 ? `, ${speed}× for new incidents` : "";
  return `${STATES[bot] ?? bot}${pid ? `, process ${pid}` : ""}${faster}.`;
}

function botButtons() {
  const stopped = state.bot.bot === "stopped";
  const button = (words, ask, danger) =>
    h(
      "button",
      {
        type: "button",
        class: danger ? "button whole danger" : "button whole",
        data: { key: `bot/${ask === "start" ? "stop" : ask}` },
        onclick: () => control({ ask }),
      },
      words,
    );
  return stopped
    ? button("Start the bot", "start", false)
    : [button("Kill the bot (it is started again)", "kill", true), button("Stop the bot", "stop", false)];
}

function now(orders) {
  if (!orders.length) return null;
  const words = (order) => [
    NOW[order.fault] ?? plain(order.fault),
    order.until && [", ", h("span", { data: { due: order.until } }), " left"],
    order.count !== null && `, ${order.count} more`,
  ];
  return [
    h("ul", { class: "plain" }, orders.map((order) => h("li", {}, words(order)))),
    h(
      "button",
      { type: "button", class: "button whole", data: { key: "hurt/clear" }, onclick: () => disturb("clear", {}) },
      "End all of it",
    ),
  ];
}

function done(latest) {
  const words = (blow) => {
    const of = blow.of.filter((name) => name && !name.startsWith("every ") && name !== "the bot");
    const times = blow.times > 1 ? ` (${blow.times} times)` : "";
    return `${WORDS[blow.fault] ?? plain(blow.fault)}${times}${of.length ? `: ${of.join(", ")}` : ""}`;
  };
  const item = (blow) =>
    h(
      "li",
      {},
      h("time", { datetime: new Date(blow.at * 1000).toISOString() }, clockTime(new Date(blow.at * 1000))),
      ` ${words(blow)}`,
    );
  return latest.length > 0 && h("ol", { class: "plain hurts" }, latest.toReversed().map(item));
}
