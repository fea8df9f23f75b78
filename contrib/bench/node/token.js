// Invitation tokens as debriefd's, but for the code: Node.js has no keyed BLAKE2b, so it is HMAC-SHA-256, cut to
// 16 bytes. Run as a program, turns lines "EVALUATION WAVE PROGRAMME INVITATION" into "EVALUATION WAVE TOKEN".
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLAIM = 34;
const key = Buffer.alloc(32, 7);

const code = (claim) => createHmac('sha256', key).update(claim).digest().subarray(0, 16);

const hex = (uuid) => Buffer.from(uuid.replaceAll('-', ''), 'hex');

const uuid = (bytes) =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

export function makeToken(programme, invitation) {
  const claim = Buffer.concat([hex(programme), hex(invitation), Buffer.from([0, 1])]);
  return 'di_' + Buffer.concat([claim, code(claim)]).toString('base64url');
}

export function readToken(header) {
  if (!header?.startsWith('Bearer di_')) return null;
  const bytes = Buffer.from(header.slice(10), 'base64url');
  if (bytes.length !== CLAIM + 16) return null;
  const claim = bytes.subarray(0, CLAIM);
  if (!timingSafeEqual(code(claim), bytes.subarray(CLAIM))) return null;
  return { programme: uuid(bytes.subarray(0, 16)), invitation: uuid(bytes.subarray(16, 32)) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const made = [];
  for await (const line of createInterface({ input: process.stdin })) {
    const [evaluation, wave, programme, invitation] = line.split(' ');
    made.push(`${evaluation} ${wave} ${makeToken(programme, invitation)}\n`);
  }
  process.stdout.write(made.join(''));
}
