import { describe, expect, it } from 'vitest';
import { Contract } from './contract.ts';

const problem = {
  description: 'no',
  content: { 'application/problem+json': { schema: { type: 'object', properties: { code: { enum: ['A'] } } } } },
};
const document = {
  paths: {
    '/api/v1/things/{id}': {
      get: {
        responses: {
          200: {
            headers: { etag: { required: true, schema: {} } },
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
          },
          404: problem,
          '5XX': problem,
        },
      },
      delete: { responses: { 204: {} } },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: 'object',
        properties: { id: { type: 'string' } },
        required: ['id'],
        additionalProperties: false,
      },
    },
  },
};
const contract = new Contract(document);
const json = { 'content-type': 'application/json; charset=utf-8', etag: '"1"' };
const faults = (status: number, body: unknown, headers: Record<string, string> = json, method = 'GET') =>
  contract.faultsOf({ method, path: '/things/1?x=y', status, headers, body });

describe('an answer', () => {
  it('is as documented, or it is told how it differs', () => {
    expect(faults(200, { id: 'a' })).toEqual([]);
    expect(faults(204, undefined, {}, 'DELETE')).toEqual([]);
    expect(faults(503, { code: 'A' }, { 'content-type': 'application/problem+json' })).toEqual([]);
  });

  it.each([
    ['a property more', 200, { id: 'a', more: 1 }, json, 'additional properties'],
    ['a property less', 200, {}, json, "required property 'id'"],
    ['another type', 200, { id: 1 }, json, 'must be string'],
    ['another status', 201, { id: 'a' }, json, 'status is not documented'],
    ['another code', 404, { code: 'B' }, { 'content-type': 'application/problem+json' }, 'allowed values'],
    ['a header less', 200, { id: 'a' }, { 'content-type': 'application/json' }, 'etag is missing'],
    ['a header more', 200, { id: 'a' }, { ...json, location: '/' }, 'location is not documented'],
    ['another kind of content', 200, 'x', { ...json, 'content-type': 'text/plain' }, 'text/plain is not documented'],
  ] as const)('with %s is told', (_what, status, body, headers, told) => {
    expect(faults(status, body, headers).join()).toContain(told);
  });

  it('of a path or a method that is not documented is told', () => {
    expect(faults(200, { id: 'a' }, json, 'PUT').join()).toContain('not documented');
    expect(contract.faultsOf({ method: 'GET', path: '/others', status: 200, headers: {}, body: {} })).toHaveLength(1);
    const unknown = { status: 404, headers: {}, body: { code: 'ROUTE_UNKNOWN' } };
    expect(contract.faultsOf({ method: 'GET', path: '/others', ...unknown })).toEqual([]);
  });
});
