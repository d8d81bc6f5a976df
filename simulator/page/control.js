// What is done to the bot and to the network, by whoever sits at the page and as nobody in particular.

import { notify } from "./notices.js";
import { hurt, keep, Refused } from "./wire.js";

const told = async (asking) => {
  try {
    return await asking;
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    notify(refusal.message);
    return null;
  }
};

/** Ask for the bot to be killed, stopped, started or made faster. The answer, or null when it was refused. */
export const control = (ask) => told(keep(ask));

/** Let something go wrong, or end all of it. */
export const disturb = (deed, body) => told(hurt(deed, body));
