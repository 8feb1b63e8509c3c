import { expect, it } from 'vitest';
import { runningEtcd } from './running-etcd.ts';

it.each([
  ['registry.k8s.io/etcd:3.6.8-0'],
  ['registry.example:5000/mirror/etcd:3.6.8-0'],
  [`registry.k8s.io/etcd:3.6.8-0@sha256:${'a'.repeat(64)}`],
])('the tag of %s is read, however its registry is written', (image) => {
  expect(runningEtcd([image, 'registry.k8s.io/etcd:3.6.8-0'])).toEqual({ tag: '3.6.8-0' });
});

it.each([
  ['no pod', [], 'no pod of etcd is seen'],
  ['two versions', ['etcd:3.6.8-0', 'etcd:3.7.0-0'], 'etcd:3.6.8-0, etcd:3.7.0-0'],
  ['a digest alone', [`registry.example:5000/etcd@sha256:${'a'.repeat(64)}`], 'is not one version'],
  ['no image', ['etcd:3.6.8-0', ''], 'is not one version'],
])('with %s nobody knows what runs', (_, images, reason) => {
  expect(runningEtcd(images)).toMatchObject({ unknown: expect.stringContaining(reason) });
});
