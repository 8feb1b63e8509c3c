import type { KubeObject } from '@sealift/kubernetes/object';
import { expect, test } from 'vitest';
import { manifestsOf } from './manifests-port.ts';

const object = (kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'web' },
  ...more,
});

test('objects are told in an order of their own, whichever a chart has', () => {
  const [one, other] = [object('Service', 'b'), object('ConfigMap', 'z', { data: { b: '1', a: '2' } })];
  const { text, objects, omitted } = manifestsOf([one, other]);
  expect(manifestsOf([other, one]).text).toBe(text);
  expect([objects, omitted]).toEqual([2, 0]);
  expect(text).toBe(`apiVersion: v1
data:
  a: "2"
  b: "1"
kind: ConfigMap
metadata:
  name: z
  namespace: web
---
apiVersion: v1
kind: Service
metadata:
  name: b
  namespace: web
`);
});

test('nothing of a secret is told, nor of what is called one elsewhere', () => {
  const { text } = manifestsOf([
    object('Secret', 'a', { data: { user: 'aHVudGVy' }, stringData: { note: 'hunter' } }),
    object('Deployment', 'b', { spec: { env: [{ name: 'DB_PASSWORD', value: 'hunter2' }], password: 'hunter3' } }),
  ]);
  expect(text).not.toMatch(/hunter|aHVudGVy/);
  expect(text).toContain('user: "***"');
});

test('what is too long to be read is counted, and not sent', () => {
  const large = Array.from({ length: 5 }, (_, index) =>
    object('ConfigMap', `c${index}`, { data: { x: 'x'.repeat(1e6) } }),
  );
  expect(manifestsOf(large)).toMatchObject({ objects: 5, omitted: 1 });
});
