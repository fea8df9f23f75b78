// usage: node server.js PORT single|batched INSTRUMENT HOST DATABASE_PORT DATABASE USER
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import pg from 'pg';
import { submissionSchema } from './schema.js';
import { storeInBatches, storeSingly } from './store.js';
import { readToken } from './token.js';

const [port, mode, instrument, host, databasePort, database, user] = process.argv.slice(2);
const pool = new pg.Pool({ host, port: Number(databasePort), database, user, max: 10 });
const store = mode === 'batched' ? storeInBatches(pool) : storeSingly(pool);
const app = Fastify({ logger: false, ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } });

// The raw text is what is hashed and stored; the parsed one is what is validated.
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, raw, done) => {
  try {
    request.raw.text = raw.toString('utf8');
    request.raw.hash = createHash('sha256').update(raw).digest();
    done(null, JSON.parse(request.raw.text));
  } catch (error) {
    error.statusCode = 400;
    done(error);
  }
});

const uuid = { type: 'string', format: 'uuid' };

app.put('/v1/waves/:wave/evaluations/:evaluation', {
  schema: {
    params: { type: 'object', properties: { wave: uuid, evaluation: uuid } },
    body: submissionSchema(JSON.parse(readFileSync(instrument, 'utf8'))),
  },
  onRequest: async (request, reply) => {
    request.raw.principal = readToken(request.headers.authorization);
    if (request.raw.principal === null) return reply.code(401).send({ title: 'no valid invitation' });
  },
}, async (request, reply) => {
  const { text, hash, principal } = request.raw;
  const outcome = await store({ ...principal, ...request.params, text, hash });
  return reply.code(outcome.status).send(outcome.body);
});

await app.listen({ port: Number(port), host: '127.0.0.1' });
