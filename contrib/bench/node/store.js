// Both ways to store a submission exactly once: a statement a request, and one statement for whatever arrived
// while the one before it was being committed.
import { signBatch, signOne } from './receipt.js';

const LIMIT = 256;

// The latest state of the wave and the invitation decides, in the statement that stores.
const entitled = `
  JOIN debrief.wave w ON w.programme_id = g.programme AND w.wave_id = g.wave AND w.closed_at IS NULL
    AND w.opens_at <= now() AND (w.closes_at IS NULL OR w.closes_at > now())
  JOIN debrief.invitation v ON v.programme_id = g.programme AND v.invitation_id = g.invitation
    AND v.wave_id = g.wave AND v.revoked_at IS NULL`;

const insertOne = {
  name: 'insert-one',
  text: `
  INSERT INTO bench.node_evaluation (evaluation_id, wave_id, participant_id, received_at, body_hash, receipt, body)
  SELECT g.evaluation, g.wave, v.participant_id, g.at, g.hash, g.receipt, g.body
  FROM (VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::timestamptz, $6::bytea, $7::text, $8::jsonb))
    AS g (programme, wave, evaluation, invitation, at, hash, receipt, body) ${entitled}
  ON CONFLICT DO NOTHING RETURNING evaluation_id`,
};

const insertMany = {
  name: 'insert-many',
  text: `
  INSERT INTO bench.node_evaluation (evaluation_id, wave_id, participant_id, received_at, body_hash, receipt, body)
  SELECT g.evaluation, g.wave, v.participant_id, g.at, g.hash, g.receipt, g.body
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::bytea[], $7::text[], $8::jsonb[])
    AS g (programme, wave, evaluation, invitation, at, hash, receipt, body) ${entitled}
  ON CONFLICT DO NOTHING RETURNING evaluation_id`,
};

const find = {
  name: 'find',
  text: `
  SELECT w.closed_at IS NULL AND w.opens_at <= now() AND (w.closes_at IS NULL OR w.closes_at > now()) AS is_open,
    v.participant_id, e.wave_id, e.participant_id AS author, e.body_hash, e.receipt
  FROM (VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid)) AS g (programme, wave, evaluation, invitation)
  LEFT JOIN debrief.wave w ON w.programme_id = g.programme AND w.wave_id = g.wave
  LEFT JOIN debrief.invitation v ON v.programme_id = g.programme AND v.invitation_id = g.invitation
    AND v.wave_id = g.wave AND v.revoked_at IS NULL
  LEFT JOIN bench.node_evaluation e ON e.evaluation_id = g.evaluation`,
};

const refused = (status, title) => ({ status, body: { title } });

async function explain(pool, given) {
  const { rows } = await pool.query({
    ...find,
    values: [given.programme, given.wave, given.evaluation, given.invitation],
  });
  const row = rows[0];
  const isReplay = row.wave_id === given.wave && row.author === row.participant_id && row.body_hash?.equals(given.hash);
  if (isReplay) return { status: 200, body: JSON.parse(row.receipt) };
  if (row.wave_id !== null) return refused(409, 'another body is recorded under this id');
  if (row.is_open === null) return refused(404, 'no such wave');
  if (!row.is_open) return refused(410, 'the wave is closed');
  if (row.participant_id === null) return refused(403, 'this invitation is not for this wave');
  return refused(412, 'this participant has answered');
}

export function storeSingly(pool) {
  return async (given) => {
    given.at = new Date().toISOString();
    const receipt = signOne(given);
    const { rowCount } = await pool.query({
      ...insertOne,
      values: [given.programme, given.wave, given.evaluation, given.invitation, given.at, given.hash,
        JSON.stringify(receipt), given.text],
    });
    return rowCount === 1 ? { status: 201, body: receipt } : explain(pool, given);
  };
}

async function commit(pool, batch) {
  const at = new Date().toISOString();
  for (const { given } of batch) given.at = at;
  const receipts = signBatch(batch.map(({ given }) => given));
  const column = (name) => batch.map(({ given }) => given[name]);
  const { rows } = await pool.query({
    ...insertMany,
    values: [column('programme'), column('wave'), column('evaluation'), column('invitation'), column('at'),
      column('hash'), receipts.map((receipt) => JSON.stringify(receipt)), column('text')],
  });
  const stored = new Set(rows.map((row) => row.evaluation_id));
  batch.forEach(({ given, resolve, reject }, i) => {
    if (stored.has(given.evaluation)) resolve({ status: 201, body: receipts[i] });
    else explain(pool, given).then(resolve, reject);
  });
}

export function storeInBatches(pool) {
  const queue = [];
  let isBusy = false;
  const next = async () => {
    isBusy = true;
    while (queue.length > 0) {
      const batch = queue.splice(0, LIMIT);
      try {
        await commit(pool, batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isBusy = false;
  };
  return (given) =>
    new Promise((resolve, reject) => {
      queue.push({ given, resolve, reject });
      if (!isBusy) setImmediate(() => isBusy || next());
    });
}
