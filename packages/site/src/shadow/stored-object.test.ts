import { describe, expect, it } from 'vitest';
import { storedEntry, storedObject } from './stored-object.ts';

const field = (number: number, content: string | Buffer): Buffer => {
  const bytes = Buffer.from(content);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) + 128, Math.floor(bytes.length / 128)];
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes]);
};
const packed = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    field(1, Buffer.concat([field(1, apiVersion), field(2, kind)])),
    field(2, raw),
    field(3, ''),
  ]);

describe('a value in etcd', () => {
  it('says what it is, in either form', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod' };
    expect(storedObject(packed('v1', 'Pod', Buffer.from('x')))).toEqual(pod);
    expect(storedObject(Buffer.from(JSON.stringify({ ...pod, spec: {} })))).toEqual(pod);
  });

  it.each([
    ['encrypted', Buffer.from('k8s:enc:aescbc:v1:key1:\u0001\u0002')],
    ['empty', Buffer.alloc(0)],
    ['cut', Buffer.from('k8s\0\n\x7fv1')],
    ['no object', Buffer.from('{"a":1}')],
    ['no JSON', Buffer.from('{')],
  ])('that is %s does not', (_, value) => {
    expect(storedObject(value)).toBeUndefined();
  });

  it('tells an entry of a ConfigMap, also a long one', () => {
    const long = 'kind: ClusterConfiguration\n'.repeat(20);
    const entry = (name: string, value: string): Buffer => field(2, Buffer.concat([field(1, name), field(2, value)]));
    const raw = Buffer.concat([field(1, field(1, 'kubeadm-config')), entry('Other', 'x'), entry('Wanted', long)]);
    const value = packed('v1', 'ConfigMap', raw);
    expect([storedEntry(value, 'Wanted'), storedEntry(value, 'Missing')]).toEqual([long, undefined]);
    expect(storedEntry(Buffer.from('{}'), 'Wanted')).toBeUndefined();
  });
});
