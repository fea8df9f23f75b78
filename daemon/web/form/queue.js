// Queue: answers that the server does not have yet, kept on this device until it does, also when the tab is closed.
// Encrypted (AES-GCM) with a key that this browser holds but no script can read; named by a hash of the
// participant's token for this server, so that nobody else's link on this device sends them.
import { answerOf, items, servedAnswerOf, setAnswer } from "./items.js";

const KEPT_MS = 60 * 24 * 3600 * 1000;
const SEND = "!send";
let database = null;
let key = null;
let owner = "";

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function store(name, mode) {
  return database.transaction(name, mode).objectStore(name);
}

async function open() {
  const request = indexedDB.open("debriefd", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("keys");
    request.result.createObjectStore("answers");
  };
  database = await settled(request);
}

/** Two tabs may make a key at the same moment: the first one stored counts. */
async function loadKey() {
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  const keys = store("keys", "readwrite");
  const known = await settled(keys.get("key"));
  if (!known) {
    keys.put(made, "key");
  }
  key = known ?? made;
}

async function nameOwner() {
  const token = document.querySelector('input[name="csrf"]')?.value ?? "";
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  owner = [...new Uint8Array(hash, 0, 16)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/** Old ones go, whoever's they are: their waves are long closed. */
async function prune() {
  const answers = store("answers", "readwrite");
  const [names, records] = await Promise.all([
    settled(answers.getAllKeys()),
    settled(answers.getAll()),
  ]);
  records.forEach((record, index) => {
    if (Date.now() - record.at > KEPT_MS) {
      answers.delete(names[index]);
    }
  });
}

async function seal(value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text);
  return { iv, data, at: Date.now() };
}

async function unseal({ iv, data }) {
  try {
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data);
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    return null;
  }
}

async function put(name, value) {
  if (!key) {
    return false;
  }
  try {
    const record = await seal(value);
    await settled(store("answers", "readwrite").put(record, `${owner} ${name}`));
    return true;
  } catch {
    return false; // private windows and full disks: the page itself still has it
  }
}

async function take(name) {
  if (key) {
    const record = await settled(store("answers", "readonly").get(`${owner} ${name}`)).catch(
      () => {},
    );
    return record ? unseal(record) : null;
  }
  return null;
}

async function drop(name) {
  if (key) {
    await settled(store("answers", "readwrite").delete(`${owner} ${name}`)).catch(() => {});
  }
}

/** Keeps an answer; false when this browser cannot. `served` is what the server had when it was given. */
export function keep(id, served) {
  return put(id, { pairs: answerOf(items.get(id)), served });
}

/** What an answer says, however its rows are numbered and its text is trimmed. */
function meaning(pairs) {
  return pairs
    .filter(([name, value]) => value.trim() && !/\.(id|complete)$/.test(name))
    .map(
      ([name, value]) => `${name.replace(/\.\d+\./, ".")}=${value.trim().replace(/\r\n/g, "\n")}`,
    )
    .join("\n");
}

/** The server has the answer `pairs`; a newer one stays. */
export async function forget(id, pairs) {
  const kept = await take(id);
  if (kept && meaning(kept.pairs) === meaning(pairs)) {
    await drop(id);
  }
}

export function keepSending(evaluation) {
  return put(SEND, { evaluation });
}

export function forgetSending() {
  return drop(SEND);
}

/** Whether this participant has pressed send on this device without an answer since. */
export async function isSending(evaluation) {
  const kept = await take(SEND);
  return kept !== null && (!kept.evaluation || !evaluation || kept.evaluation === evaluation);
}

/** What another device has saved since is newer than what this one kept. */
function isNewest(element, kept) {
  return meaning(servedAnswerOf(element)) === meaning(kept.served);
}

async function restore() {
  for (const [id, element] of items) {
    const kept = await take(id);
    if (kept && isNewest(element, kept)) {
      setAnswer(element, kept.pairs);
    } else if (kept) {
      await drop(id);
    }
  }
}

async function prepare() {
  await open();
  await loadKey();
  await nameOwner();
}

/** Opens the queue and puts back into the page what waits in it. */
export async function startQueue() {
  try {
    await prepare();
    await prune();
    await restore();
  } catch {
    key = null;
  }
}

/** Everything is recorded: nothing of this participant stays here. */
export async function forgetAll() {
  try {
    await prepare();
    const range = IDBKeyRange.bound(`${owner} `, `${owner} \uffff`);
    await settled(store("answers", "readwrite").delete(range));
  } catch {
    key = null;
  }
}
