// Saving: every change goes to the draft on the server, item by item, so that two devices do not undo each other.
import { answerOf, form, itemOf, items, servedAnswerOf } from "./items.js";
import { forget, keep } from "./queue.js";

const PAUSE_MS = 400;
const PATIENCE_MS = 15000;
const SLOW_MS = 1000;
const LONGEST_MS = 30000;

/** What the server has of each item, as JSON of pairs. */
const saved = new Map();
/** Rosters that the person has left: only then does "nothing marked" mean anything. */
const left = new Set();
/** Items whose newest answer neither the server nor this device's queue has. */
const unsafe = new Set();
/** Why the server does not take what stands in an item, by id. */
const faults = new Map();

let timer;
let delay = 0;
let flight = null;
let isRefused = false;

export function say(what) {
  const status = document.getElementById("saving");
  const text = status?.dataset[what];
  if (text !== undefined && status.textContent !== text) {
    status.textContent = text;
  }
}

function payload(id, pairs) {
  return left.has(id) ? pairs : pairs.filter(([name]) => !name.endsWith(".complete"));
}

function payloadOf(id) {
  return payload(id, answerOf(items.get(id)));
}

function pending() {
  return [...items.keys()].filter((id) => JSON.stringify(payloadOf(id)) !== saved.get(id));
}

/** The id under which the draft will be submitted, once there is one. */
export function evaluation() {
  return form.dataset.evaluation ?? form.elements.evaluation?.value ?? "";
}

/** Throws when nobody answers. */
async function post(pairs, keepalive) {
  const patience = new AbortController();
  const slow = setTimeout(() => say("saving"), SLOW_MS);
  const end = setTimeout(() => patience.abort(), PATIENCE_MS);
  const fixed = [
    ["csrf", form.querySelector('[name="csrf"]').value],
    ["evaluation", evaluation()],
  ];
  try {
    const response = await fetch(form.dataset.draft, {
      method: "POST",
      body: new URLSearchParams([...fixed, ...pairs]),
      signal: patience.signal,
      keepalive,
    });
    const isJson = response.headers.get("content-type")?.includes("json");
    return { status: response.status, answer: isJson ? await response.json() : {} };
  } finally {
    clearTimeout(slow);
    clearTimeout(end);
  }
}

/** Whoever is still typing is not told yet. */
function showFault(id) {
  const place = document.getElementById(`error-${id}`);
  const text = faults.get(id);
  if (place && !(text && items.get(id).contains(document.activeElement))) {
    place.textContent = text ?? "";
    place.hidden = !text;
  }
}

/** The first item, of a section or of all, whose answer the server does not take; or undefined. */
export function wrongItem(section = form) {
  const wrong = [...faults.keys()].map((id) => items.get(id));
  return wrong.find((element) => section.contains(element) && !element.hidden);
}

/** Leads to such an item, and says why. */
export function pointTo(element) {
  const field = element.querySelector("input:not([type=hidden]), select, textarea");
  document.activeElement?.blur();
  showFault(element.dataset.item);
  field?.focus({ preventScroll: true });
  element.scrollIntoView();
}

async function acknowledge(sent, answer) {
  const { errors = [] } = answer;
  form.dataset.evaluation = answer.evaluation ?? evaluation();
  for (const [id, pairs] of sent) {
    saved.set(id, JSON.stringify(pairs));
    unsafe.delete(id);
    faults.delete(id);
  }
  for (const { item, text } of errors) {
    faults.set(item, text);
  }
  [...sent.keys()].forEach(showFault);
  await Promise.all([...sent].map(([id, pairs]) => forget(id, pairs)));
}

function retryLater() {
  delay = Math.min(Math.max(2 * delay, 2000), LONGEST_MS);
  clearTimeout(timer);
  timer = setTimeout(flush, delay);
  say("waiting");
}

async function keepPending() {
  for (const id of pending()) {
    const served = JSON.parse(saved.get(id));
    if (await keep(id, served)) {
      unsafe.delete(id);
    }
  }
}

/** One request with everything that is pending; the answer, or null when there is none worth having. */
async function attempt(extra, keepalive) {
  const sent = new Map(pending().map((id) => [id, payloadOf(id)]));
  if (sent.size === 0 && extra.length === 0) {
    return {};
  }
  const result = await post([...[...sent.values()].flat(), ...extra], keepalive).catch(() => null);
  if (!result || result.status === 429 || result.status >= 500) {
    retryLater();
    return null;
  }
  delay = 0;
  isRefused = ![200, 422].includes(result.status) && !result.answer.location;
  if (isRefused) {
    say("refused");
    return null;
  }
  await acknowledge(sent, result.answer);
  say(wrongItem() ? "wrong" : "saved");
  const offline = document.getElementById("offline");
  if (offline) {
    offline.hidden = true;
  }
  return result.answer;
}

async function run() {
  while (!isRefused && pending().length > 0) {
    await keepPending();
    if (!(await attempt([], false))) {
      return false;
    }
  }
  return !isRefused;
}

/** Sends what is pending; true when the server has everything. */
export function flush() {
  clearTimeout(timer);
  flight ??= run().finally(() => {
    flight = null;
  });
  return flight;
}

/** Sends what is pending and submits the whole; the server's answer, or null. */
export async function submit() {
  await flight;
  clearTimeout(timer);
  await keepPending();
  return attempt([["send", "1"]], false);
}

/** The server wants nothing more of this page: its wave has closed, or its link does not hold any more. */
export function hasGivenUp() {
  return isRefused;
}

/** An answer of this element has changed. */
export function touch(element) {
  if (!element || isRefused) {
    return;
  }
  unsafe.add(element.dataset.item);
  clearTimeout(timer);
  timer = setTimeout(flush, PAUSE_MS);
}

/** Whether the connection is gone, as far as is known. */
export function isWaiting() {
  return delay > 0;
}

/** The person leaves a section: its rosters are as complete as they will be. Ends as flush does. */
export function settle(section) {
  for (const element of section?.querySelectorAll("[data-item]") ?? []) {
    if (!element.hidden && element.querySelector('[name$=".complete"]')) {
      left.add(element.dataset.item);
    }
  }
  return flush();
}

function onHidden() {
  if (document.visibilityState === "visible") {
    flush();
  } else if (!flight && !isRefused && pending().length > 0) {
    attempt([], true);
  }
}

export function startSaving() {
  for (const [id, element] of items) {
    saved.set(id, JSON.stringify(payload(id, servedAnswerOf(element))));
  }
  form.addEventListener("focusout", ({ target }) => {
    const element = itemOf(target);
    setTimeout(() => element && showFault(element.dataset.item));
  });
  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", onHidden);
  window.addEventListener("beforeunload", (event) => {
    if (unsafe.size > 0 && delay > 0) {
      event.preventDefault();
    }
  });
}
