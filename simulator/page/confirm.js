// "Are you sure?": https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object

import { byId, fill, h } from "./dom.js";
import { textObject } from "./mrkdwn.js";

/** Ask; resolves to true at once when there is nothing to ask. */
export function confirmed(question) {
  if (!question) return Promise.resolve(true);
  const dialog = byId("confirm");
  return new Promise((resolve) => {
    const answer = (yes) => {
      dialog.onclose = null;
      dialog.close();
      resolve(yes);
    };
    dialog.onclose = () => answer(false);
    fill(
      dialog,
      h("h2", { id: "confirm-title" }, question.title.text),
      h("div", { class: "modal-body words" }, textObject(question.text)),
      h(
        "footer",
        { class: "modal-foot" },
        h("button", { type: "button", class: "button", onclick: () => answer(false) }, question.deny.text),
        h(
          "button",
          { type: "button", class: `button ${question.style ?? "primary"}`, onclick: () => answer(true) },
          question.confirm.text,
        ),
      ),
    );
    dialog.showModal();
  });
}

/** The same for a question of this page's own. */
export function sure(title, text, yes) {
  const plain = (words) => ({ type: "plain_text", text: words });
  return confirmed({
    title: plain(title),
    text: plain(text),
    confirm: plain(yes),
    deny: plain("Cancel"),
    style: "danger",
  });
}
