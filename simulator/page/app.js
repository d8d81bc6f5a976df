// Begins here: who one is, where one looks, what is drawn when.

import { attempt } from "./acts.js";
import { leave, renderChannel } from "./channel.js";
import { renderClock } from "./clock.js";
import { renderCoach } from "./coach.js";
import { renderDialogs, watchDialogs } from "./dialogs.js";
import { announce, byId } from "./dom.js";
import { renderHead } from "./head.js";
import { closeMenu } from "./menu.js";
import { whenEditing } from "./message.js";
import { archiveRoute } from "./mrkdwn.js";
import { notify, renderNotices } from "./notices.js";
import { closeSide, renderSide } from "./side.js";
import { renderSidebar, setDrawer, waiting } from "./sidebar.js";
import { appChannel, become, channelOf, current, nameOf, state, subscribe, take, update } from "./store.js";
import { everybody, listen } from "./wire.js";

let stop = () => {};
let people = [];
let switched = false; // whether this window was somebody else before, who may have been elsewhere

const fits = (user) => !user.is_bot && !user.is_stranger && !user.is_restricted;

function draw() {
  renderSidebar();
  renderHead();
  renderChannel();
  renderSide();
  renderClock();
  renderCoach();
  renderDialogs();
  renderNotices(state);
  byId("lost").textContent = state.lost;
  byId("lost").hidden = !state.lost;
  const name = state.place === "home" ? "Home" : (current()?.name ?? "");
  document.title = `${waiting() ? `(${waiting()}) ` : ""}${name} · ${nameOf(state.me)} · Practice`;
}

/** Follow the address: `#as=U…&in=C…&thread=…&at=…`. */
function follow() {
  const route = new URLSearchParams(location.hash.slice(1));
  const asked = people.find((user) => user.id === route.get("as"));
  const me = (asked ?? people.find((user) => user.id === remembered()) ?? people.find(fits)).id;
  if (me !== state.me) switchTo(me);
  const place = route.get("in") ?? "";
  const thread = route.get("thread");
  if (place !== state.place || route.get("at") !== state.target) closeMenu();
  const panel = thread ? "thread" : state.panel === "thread" || place !== state.place ? null : state.panel;
  if (place !== state.place) leave();
  update({ place, thread, panel, target: route.get("at"), drawer: false });
  if (place === "home") attempt("home/open", { tab: "home" });
  settle();
}

function switchTo(me) {
  stop();
  switched = Boolean(state.me);
  become(me);
  leave();
  try {
    sessionStorage.setItem("as", me);
  } catch {
    // then the address alone says who one is
  }
  stop = listen(
    me,
    (news) => hear(take(news)),
    (lost) => state.lost !== lost && update({ lost }),
  );
}

function remembered() {
  try {
    return sessionStorage.getItem("as");
  } catch {
    return null;
  }
}

/** Where nothing was asked for, or what is asked for is not there, the first channel is shown. */
function settle() {
  if (!state.ready || state.place === "home" || channelOf(state.place)) return;
  const unopened =
    state.place.startsWith("@") &&
    state.channels.find((one) => one.kind === "im" && one.members.includes(state.place.slice(1)));
  const first = state.channels.find((channel) => channel.kind !== "im")?.id ?? appChannel()?.id ?? "home";
  if (state.place.startsWith("@") && !unopened) return;
  if (state.place && !unopened && !switched) notify(`${nameOf(state.me)} is not in that channel.`);
  history.replaceState(null, "", `#as=${state.me}&in=${unopened ? unopened.id : first}`);
  follow();
}

/** Say aloud what was said to this person elsewhere or here; the messages themselves may be out of sight. */
function hear(fresh) {
  settle();
  const loud = fresh.filter((message) => message.user !== state.me).slice(-3);
  if (loud.length)
    announce(
      loud.map((message) => `${message.author} in ${message.channel_name}: ${message.text.slice(0, 120)}`).join(". "),
    );
}

function keyed(event) {
  if (event.key !== "Escape" || event.defaultPrevented || byId("modal").open || byId("confirm").open) return;
  if (state.drawer) setDrawer(false);
  else if (state.panel) closeSide();
}

async function begin() {
  subscribe(draw);
  whenEditing(draw);
  watchDialogs();
  if (location.pathname.startsWith("/archives/")) {
    history.replaceState(null, "", `/#${archiveRoute(new URL(location.href))}`);
  }
  window.addEventListener("hashchange", follow);
  document.addEventListener("keydown", keyed);
  document.addEventListener("visibilitychange", () => update());
  byId("veil").addEventListener("click", () => setDrawer(false));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    (byId("text") ?? byId("stage")).focus();
  });
  try {
    people = await everybody();
  } catch (refusal) {
    return notify(refusal.message);
  }
  return follow();
}

begin();
