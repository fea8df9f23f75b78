// A JSON Schema of a submission, made from the same instrument that debriefd compiles.
const missing = {
  type: 'object',
  properties: { missing: { enum: ['dk', 'refused'] } },
  required: ['missing'],
  additionalProperties: false,
};

const commitment = {
  type: 'object',
  properties: {
    text: { type: 'string', minLength: 1, maxLength: 500 },
    level: { enum: ['individual', 'organisation'] },
    due: { type: 'string', pattern: '^\\d{4}-\\d{2}$' },
    audience: { type: 'string', maxLength: 500 },
  },
  required: ['text', 'level'],
  additionalProperties: false,
};

const contact = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 200 },
    organisation: { type: 'string', maxLength: 200 },
    kept: { type: 'boolean' },
  },
  required: ['name'],
  additionalProperties: false,
};

const ids = (item) => item.options.map((option) => option.id);

const values = {
  rating: (item) => ({ type: 'integer', minimum: item.scale.min, maximum: item.scale.max }),
  nps: () => ({ type: 'integer', minimum: 0, maximum: 10 }),
  count: () => ({ type: 'integer', minimum: 0, maximum: 30000 }),
  single: (item) => ({ enum: ids(item) }),
  multiple: (item) => ({ type: 'array', items: { enum: ids(item) }, uniqueItems: true }),
  text: (item) => ({ type: 'string', maxLength: item.max_length ?? 2000 }),
  contacts: () => ({ type: 'array', items: contact, maxItems: 50 }),
  commitments: () => ({ type: 'array', items: commitment, maxItems: 20 }),
};

export function submissionSchema(instrument) {
  const properties = {};
  for (const item of instrument.items)
    if (item.type in values) properties[item.id] = { anyOf: [values[item.type](item), missing] };
  return {
    type: 'object',
    properties: {
      language: { enum: instrument.languages },
      replaces: { type: 'string', format: 'uuid' },
      answers: { type: 'object', properties, additionalProperties: false },
    },
    required: ['answers'],
    additionalProperties: false,
  };
}
