import { expect, test } from 'vitest';
import { schemaFields, searchFields } from './schema-fields.ts';

const schema = JSON.stringify({
  type: 'object',
  required: ['mtu'],
  properties: {
    mtu: { type: 'integer', minimum: 1280, maximum: 9000, description: 'Largest packet', default: 1440 },
    log: { type: 'object', properties: { level: { enum: ['info', 'error'], title: 'How much is told' } } },
    hosts: { type: 'array', items: { $ref: '#/definitions/host' } },
    constructor: { type: 'string', pattern: '^a' },
  },
  definitions: { host: { type: 'object', properties: { port: { type: ['integer', 'string'] } } } },
});

test('lists what a schema describes, in lists and by reference too', () => {
  expect(schemaFields(schema).map(({ path, type }) => `${path}: ${type}`)).toEqual([
    'mtu: integer, at least 1280, at most 9000',
    'log: object',
    'log.level: "info" | "error"',
    'hosts[]: array',
    'hosts[].port: integer | string',
    'constructor: string, like ^a',
  ]);
  expect(schemaFields(schema)[0]).toMatchObject({ description: 'Largest packet', default: '1440', required: true });
});

test('finds fields by words of their path or description', () => {
  expect(searchFields(schemaFields(schema), 'packet').map(({ path }) => path)).toEqual(['mtu']);
  expect(searchFields(schemaFields(schema), 'log told').map(({ path }) => path)).toEqual(['log.level']);
});

test('ends with a schema that refers to itself, and with one that is none', () => {
  const endless = { properties: { a: { $ref: '#' } } };
  expect(schemaFields(JSON.stringify(endless)).length).toBeLessThan(20);
  const wide = { properties: Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`f${n}`, {}])) };
  expect(schemaFields(JSON.stringify(wide))).toHaveLength(500);
  expect(schemaFields('no JSON')).toEqual([]);
  expect(schemaFields('[1]')).toEqual([]);
});
