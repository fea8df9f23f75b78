// What browser_test.py has made: addresses, tokens and keys.
import { spawnSync } from "node:child_process";

export const made = JSON.parse(process.env.DEBRIEFD_MADE);

/** A link that nobody has used yet: of "post", "pre" or "every". */
export function newLink(wave) {
  const token = made[wave].tokens.shift();
  const participant = made[wave].participants.shift();
  return { token, participant, wave: made[wave].wave, url: `${made.url}/i/${token}` };
}

/** The rows of a query, as lists of text. */
export function sql(text) {
  const [program, ...words] = made.sql;
  const done = spawnSync(program, words, { input: text, encoding: "utf8", cwd: "/" });
  if (done.status !== 0) {
    throw new Error(done.stderr);
  }
  const rows = done.stdout.trimEnd().split("\x1e").filter(Boolean);
  return rows.map((row) => row.split("\x1f"));
}

/** What is stored of a participant, the newest last. */
export function evaluations({ wave, participant }) {
  return sql(
    `SELECT evaluation_id, scores, texts, replaces IS NOT NULL FROM debrief.evaluation
      WHERE wave_id = '${wave}' AND participant_id = '${participant}' ORDER BY received_at, evaluation_id`,
  ).map(([id, scores, texts, isEdit]) => ({
    id,
    scores: scores.slice(1, -1).split(",").map(Number),
    texts: JSON.parse(texts),
    isEdit: isEdit === "t",
  }));
}

/** A call of the API with a key. */
export async function api(method, path, body, key = made.organiser) {
  const response = await fetch(made.url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body ? { "content-type": "application/json" } : {}),
    },
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${text}`);
  }
  return JSON.parse(text);
}
