import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../objects/object.ts';
import { differences } from './difference.ts';

const object = (fields: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Any',
  metadata: { name: 'a', ...metadata },
  ...fields,
});

describe('the difference of two forms of an object', () => {
  it('names each field with both values', () => {
    const live = object({ spec: { replicas: 3, kept: 1, gone: { a: 1 } } });
    const wanted = object({ spec: { replicas: 2, kept: 1, come: [] } });
    expect(differences(live, wanted)).toEqual([
      { field: '.spec.replicas', live: 3, wanted: 2 },
      { field: '.spec.gone', live: { a: 1 }, wanted: undefined },
      { field: '.spec.come', live: undefined, wanted: [] },
    ]);
  });

  it('sees a field that only one of the two has, whichever it is', () => {
    const [less, more] = [object({ spec: { a: 1 } }), object({ spec: { a: 1, b: 2 } })];
    expect(differences(less, more)).toEqual([{ field: '.spec.b', live: undefined, wanted: 2 }]);
    expect(differences(more, less)).toEqual([{ field: '.spec.b', live: 2, wanted: undefined }]);
  });

  it('finds items of a list by their names, and else by their places', () => {
    const containers = (...images: readonly string[]) => images.map((image) => ({ name: image.split(':')[0], image }));
    const live = object({ spec: { containers: containers('side:1', 'web:1'), args: ['a', 'b'], ports: [1] } });
    const wanted = object({ spec: { containers: containers('web:2', 'side:1'), args: ['a', 'c'], ports: [1, 2] } });
    expect(differences(live, wanted)).toEqual([
      { field: '.spec.containers[name="web"].image', live: 'web:1', wanted: 'web:2' },
      { field: '.spec.args[1]', live: 'b', wanted: 'c' },
      { field: '.spec.ports', live: [1], wanted: [1, 2] },
    ]);
  });

  it('sees an item that is there only once, and two of one name', () => {
    const list = (...items: readonly object[]): KubeObject => object({ spec: { list: items } });
    const [a, b] = [
      { name: 'a', at: 1 },
      { name: 'b', at: 2 },
    ];
    expect(differences(list(a, b), list(a))).toEqual([{ field: '.spec.list[name="b"]', live: b, wanted: undefined }]);
    expect(differences(list(a, a), list(a, { ...a, at: 2 }))).toEqual([
      { field: '.spec.list[1].at', live: 1, wanted: 2 },
    ]);
  });

  it('says nothing of status and of what the server keeps for itself', () => {
    const live = object(
      { status: { ready: 1 } },
      { resourceVersion: '1', managedFields: [], uid: 'x', labels: { a: '1' } },
    );
    const wanted = object({ status: {} }, { resourceVersion: '2', generation: 4, labels: { a: '2' } });
    expect(differences(live, wanted)).toEqual([{ field: '.metadata.labels.a', live: '1', wanted: '2' }]);
  });

  it('shows that a secret differs, and not how', () => {
    const secret = (data: object): KubeObject => ({ ...object({ data }), kind: 'Secret' });
    const text = JSON.stringify(differences(secret({ a: 'b25l', b: 'b2xk' }), secret({ a: 'dHdv' })));
    expect(text).toContain('.data.a');
    expect(text).not.toMatch(/b25l|dHdv|b2xk/);
    const config = (password: string): KubeObject =>
      object({ spec: { password, list: [{ name: 'API_TOKEN', value: password }] } });
    expect(differences(config('hunter2'), config('hunter3'))).toEqual([
      { field: '.spec.password', live: '***', wanted: '***' },
      { field: '.spec.list[name="API_TOKEN"].value', live: '***', wanted: '***' },
    ]);
  });

  it('is none of an object with itself, and bounded', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.jsonValue()), (spec) => {
        expect(differences(object({ spec }), object({ spec: structuredClone(spec) }))).toEqual([]);
      }),
    );
    const many = (value: number): object =>
      Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`f${at}`, value]));
    expect(differences(object({ spec: many(1) }), object({ spec: many(2) }))).toHaveLength(500);
  });
});
