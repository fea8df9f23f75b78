// Receipts signed with Ed25519: one signature a submission, or one over the Merkle root of a batch.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

const { privateKey } = generateKeyPairSync('ed25519');

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const statement = (given) =>
  ['receipt 1', given.programme, given.wave, given.evaluation, given.hash.toString('hex'), given.at].join('\n');

const body = (given, rest) => ({
  recorded: true,
  programme: given.programme,
  wave: given.wave,
  evaluation: given.evaluation,
  body_sha256: given.hash.toString('hex'),
  received_at: given.at,
  ...rest,
});

export function signOne(given) {
  return body(given, { signature: sign(null, Buffer.from(statement(given)), privateKey).toString('hex') });
}

export function signBatch(batch) {
  const levels = [batch.map((given) => sha256('\0', statement(given)))];
  while (levels.at(-1).length > 1) {
    const below = levels.at(-1);
    const above = [];
    for (let i = 0; i < below.length; i += 2)
      above.push(i + 1 < below.length ? sha256('\x01', below[i], below[i + 1]) : below[i]);
    levels.push(above);
  }
  const signature = sign(null, levels.at(-1)[0], privateKey).toString('hex');
  return batch.map((given, index) => {
    const path = [];
    for (let level = 0, at = index; level + 1 < levels.length; level++, at >>= 1)
      if ((at ^ 1) < levels[level].length) path.push(levels[level][at ^ 1].toString('hex'));
    return body(given, { tree: { index, size: batch.length, path }, signature });
  });
}
