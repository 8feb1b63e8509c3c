import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityOf, readManifest } from './manifest.ts';
import type { KubeObject } from './object.ts';

const names = (text: string): readonly string[] =>
  readManifest(text, 'm.yaml').map(({ object, place }) => `${object.kind} ${object.metadata.name} ${place}`);

describe('a manifest', () => {
  it('gives its objects in its order, each with its place', () => {
    const text =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n---\n{apiVersion: v1, kind: Secret, metadata: {name: b}}\n';
    expect(names(text)).toEqual(['ConfigMap a m.yaml:1:1', 'Secret b m.yaml:6:1']);
  });

  it('gives the items of lists, also of lists of one kind and of lists in lists', () => {
    const item = (name: string): object => ({ metadata: { name } });
    const whole = (name: string): object => ({ apiVersion: 'v1', kind: 'Pod', ...item(name) });
    const secrets = { apiVersion: 'v1', kind: 'SecretList', metadata: {}, items: [item('s')] };
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [whole('a'), secrets, whole('b')] });
    expect(readManifest(text, 'm').map(({ object }) => [object.apiVersion, object.kind, object.metadata.name])).toEqual(
      [
        ['v1', 'Pod', 'a'],
        ['v1', 'Secret', 's'],
        ['v1', 'Pod', 'b'],
      ],
    );
    expect(readManifest(text, 'm')[1]?.place).toMatch(/^m:1:\d+#\/items\/1\/items\/0$/);
  });

  it('takes a kind for an object though its name ends like a list', () => {
    const text = JSON.stringify({
      apiVersion: 'x/v1',
      kind: 'AllowList',
      metadata: { name: 'a' },
      items: ['10.0.0.0/8'],
    });
    expect(names(text)).toEqual(['AllowList a m.yaml:1:1']);
  });

  it('takes metadata that a template left empty for none', () => {
    const text =
      'apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  labels:\n  annotations: null\n  creationTimestamp: null\n';
    expect(readManifest(text, 'm')[0]?.object.metadata).toEqual({ name: 'a' });
  });

  it('keeps the same name of another kind, group or namespace apart', () => {
    const object = (apiVersion: string, kind: string, namespace?: string): object => ({
      apiVersion,
      kind,
      metadata: { name: 'a', namespace },
    });
    const all = [
      object('v1', 'A'),
      object('x/v1', 'A'),
      object('v1', 'B'),
      object('v1', 'A', 'n'),
      object('v1', 'A', 'm'),
    ];
    expect(readManifest(all.map((each) => JSON.stringify(each)).join('\n---\n'), 'm')).toHaveLength(5);
  });

  it.each([
    [
      'the same object twice',
      '{apiVersion: v1, kind: A, metadata: {name: a}}\n---\n{apiVersion: v2, kind: A, metadata: {name: a}}',
      'A a is there already, at m.yaml:1:1',
      'm.yaml:3:1',
    ],
    [
      'a text',
      '{apiVersion: v1, kind: A, metadata: {name: a}}\n---\njust a word\n',
      'no object of Kubernetes',
      'm.yaml:3:1',
    ],
    [
      'a list of texts',
      'apiVersion: v1\nkind: List\nitems:\n  - word\n',
      'no object of Kubernetes',
      'm.yaml:4:5#/items/0',
    ],
    ['no name', 'apiVersion: v1\nkind: A\nmetadata: {}\n', 'metadata.name', 'm.yaml:1:1'],
    ['no kind', 'apiVersion: v1\nmetadata: {name: a}\n', 'kind', 'm.yaml:1:1'],
    [
      'a name made anew each time',
      'apiVersion: v1\nkind: Job\nmetadata: {generateName: a-}\n',
      'generateName',
      'm.yaml:1:1',
    ],
    [
      'a label that is no text',
      'apiVersion: v1\nkind: A\nmetadata: {name: a, labels: {x: 1}}\n',
      'metadata.labels.x',
      'm.yaml:1:1',
    ],
    ['no YAML', 'a: [\n', 'not YAML', 'm.yaml:2:1'],
  ])('with %s is refused with its place', (_, text, reason, place) => {
    expect(() => readManifest(text, 'm.yaml')).toThrow(
      expect.objectContaining({
        code: 'KUBERNETES_OBJECT_INVALID',
        message: expect.stringContaining(reason) as string,
        place,
      }),
    );
  });

  it('is bounded in the depth of its lists and the count of its objects', () => {
    const nested = (depth: number): object =>
      depth === 0
        ? { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } }
        : { kind: 'List', items: [nested(depth - 1)] };
    expect(readManifest(JSON.stringify(nested(4)), 'm')).toHaveLength(1);
    expect(() => readManifest(JSON.stringify(nested(5)), 'm')).toThrow('list of lists');
    const items = Array.from({ length: 10_001 }, (_each, at) => ({
      apiVersion: 'v1',
      kind: 'A',
      metadata: { name: `a${at}` },
    }));
    expect(() => readManifest(JSON.stringify({ kind: 'List', items }), 'm')).toThrow('more than 10000 objects');
  });

  it('is given back as it was written, whatever the objects hold', () => {
    const value = fc.object({
      key: fc.stringMatching(/^[a-z]{1,8}$/),
      values: [fc.string(), fc.boolean(), fc.integer()],
    });
    const object = fc.record({
      apiVersion: fc.constantFrom('v1', 'apps/v1'),
      kind: fc.constantFrom('A', 'B'),
      metadata: fc.record({ name: fc.stringMatching(/^[a-z]{1,3}$/) }),
      spec: value,
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(object, { selector: (each) => identityOf(each as KubeObject), maxLength: 8 }),
        (objects) => {
          const text = objects.map((each) => JSON.stringify(each)).join('\n---\n');
          expect(readManifest(text, 'm').map((each) => each.object)).toEqual(objects);
        },
      ),
    );
  });
});
