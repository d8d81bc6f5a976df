// Between this page and the workspace: the token on everything, acts one way, what is seen the other way.

const TOKEN = document.querySelector('meta[name="people-token"]').content;
const HEADERS = { "X-Practice-Token": TOKEN };
const OPERATOR = { "X-Practice-Token": document.querySelector('meta[name="operator-token"]').content };
const PROTOCOL = "practice-live";
const LONGEST_PAUSE = 4000;

/** The screen does not offer this to that person; the message says why. */
export class Refused extends Error {}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: { ...HEADERS, ...options.headers } });
  } catch {
    throw new Refused("The practice workspace does not answer. Is it still running?");
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new Refused(body.error ?? `The practice workspace answered ${response.status}.`);
}

async function send(path, body, headers = {}) {
  const options = {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...headers },
  };
  return (await ask(path, options)).json();
}

/** Do something as this person, and wait for the app's acknowledgement. Raises Refused. */
export const act = (me, name, body) => send(`/people/${me}/${name}`, body);

/** Ask whoever keeps the app's process for something. Raises Refused. */
export const keep = (body) => send("/practice/bot", body);

/** Let something go wrong on the network. Raises Refused. */
export const hurt = (deed, body) => send(`/operator/${deed}`, body, OPERATOR);

export async function everybody() {
  return (await ask("/people")).json();
}

export async function download(me, file) {
  return (await ask(`/people/${me}/files/${file}`)).blob();
}

/** Hear what changes for this person until the returned function is called; it tries again by itself. */
export function listen(me, onNews, onState) {
  let socket = null;
  let timer = 0;
  let pause = 250;
  let over = false;

  const start = () => {
    clearTimeout(timer);
    socket = new WebSocket(`${location.origin.replace("http", "ws")}/people/${me}/live`, [PROTOCOL, TOKEN]);
    socket.onmessage = (event) => {
      pause = 250;
      onState("");
      onNews(JSON.parse(event.data));
    };
    socket.onclose = () => !over && again();
  };
  const again = async () => {
    onState(
      (await isAnother()) ? "The workspace was started anew: reload this page." : "Connection lost, trying again …",
    );
    timer = setTimeout(start, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  };
  const hurry = () => socket?.readyState === WebSocket.CLOSED && !over && start();
  window.addEventListener("online", hurry);
  start();
  return () => {
    over = true;
    clearTimeout(timer);
    window.removeEventListener("online", hurry);
    socket.close();
  };
}

/** Whether somebody answers who does not know this page's token: another run at the same address. */
async function isAnother() {
  try {
    return (await fetch("/people", { headers: HEADERS })).status === 403;
  } catch {
    return false;
  }
}
