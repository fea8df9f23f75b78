// Sending: the whole form, once. Pressed without a connection, it is sent when there is one, also from a later visit.
import { form, itemOf, setAnswer } from "./items.js";
import { reveal } from "./navigation.js";
import { forgetAll, forgetSending, isSending, keepSending } from "./queue.js";
import { evaluation, flush, hasGivenUp, say, settle, submit, touch, wrongItem } from "./saving.js";

const AGAIN_MS = 3000;
let isUnderWay = false;

function disable(disabled) {
  for (const button of document.querySelectorAll('button[name="go"][value="send"]')) {
    button.setAttribute("aria-disabled", String(disabled));
  }
}

async function attempt() {
  const answer = await submit();
  if (answer?.recorded) {
    say("sent");
    await forgetAll();
    location.replace(answer.location);
  } else if (answer?.location) {
    await forgetSending();
    location.assign(answer.location);
  }
  return answer !== null;
}

async function send() {
  if (isUnderWay) {
    return;
  }
  isUnderWay = true;
  disable(true);
  await keepSending(evaluation());
  if (!(await attempt())) {
    isUnderWay = false;
    disable(hasGivenUp());
    setTimeout(resume, AGAIN_MS);
  }
}

/** Goes on with what was pressed before, on this page or an earlier one. */
export async function resume() {
  if (!hasGivenUp() && (await isSending(evaluation()))) {
    await send();
  }
}

function leaveAll() {
  for (const section of form.querySelectorAll("[data-section]")) {
    if (!section.hidden) {
      settle(section);
    }
  }
}

/** Other buttons lead to pages of the server, which must know what was answered. */
async function flushThenSubmit(button) {
  leaveAll();
  const isSaved = await flush();
  await new Promise((resolve) => setTimeout(resolve)); // a form cannot be submitted inside its own submit event
  if (isSaved && wrongItem()) {
    reveal(wrongItem());
    return;
  }
  if (isSaved) {
    form.requestSubmit(button);
    return;
  }
  const offline = document.getElementById("offline");
  if (offline) {
    offline.hidden = false;
    offline.querySelector("button")?.focus();
  }
}

/** Takes an answer away without asking the server for a new page. */
function clear(button) {
  const element = itemOf(button);
  setAnswer(element, []);
  touch(element);
  button.hidden = true;
}

let flushed = null;

function onSubmit(event) {
  const { submitter } = event;
  if (event.defaultPrevented || submitter?.name !== "go" || submitter === flushed) {
    flushed = null;
    return;
  }
  event.preventDefault();
  if (submitter.value.startsWith("clear.")) {
    clear(submitter);
  } else if (submitter.value === "send") {
    leaveAll();
    say("sending");
    send();
  } else {
    flushed = submitter;
    flushThenSubmit(submitter);
  }
}

export function startSending() {
  form.addEventListener("submit", onSubmit);
  window.addEventListener("online", resume);
}
