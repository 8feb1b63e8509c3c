import { describe, expect, it } from 'vitest';
import { macroLookup } from './macro-lookup.ts';

const lookup = macroLookup({
  system: { 'cluster.name': 'harbor' },
  variables: { domain: 'example.com', replicas: 3 },
  packs: new Map([
    ['cni', 'pods: { cidr: 10.0.0.0/8, list: [ { name: first } ] }\nown: "{{ .spectro.var.domain }}"\n'],
    ['cni.extra', 'pods: { cidr: other }\n'],
    ['broken', 'a: [\n'],
  ]),
});

describe('what macros refer to', () => {
  it.each([
    ['.spectro.system.cluster.name', 'harbor'],
    ['.spectro.var.domain', 'example.com'],
    ['.spectro.var.replicas', 3],
    ['.spectro.pack.cni.pods.cidr', '10.0.0.0/8'],
    ['.spectro.pack.cni.pods.list[0].name', 'first'],
    ['.spectro.pack.cni.pods.list.0.name', 'first'],
    ['.spectro.pack.cni.extra.pods.cidr', 'other'],
  ])('%s is found', (reference, value) => {
    expect(lookup(reference)).toBe(value);
  });

  it.each([
    ['.spectro.system.cluster', 'a part of a name'],
    ['.spectro.var.toString', 'what every object has'],
    ['.spectro.pack.cni.pods', 'a mapping'],
    ['.spectro.pack.cni.pods.constructor', 'what every object has'],
    ['.spectro.pack.cni.own', 'a value that is a macro itself'],
    ['.spectro.pack.none.pods', 'a pack that is not there'],
    ['.spectro.pack.broken.a', 'values that cannot be read'],
    ['.spectro.other.x', 'another kind'],
  ])('%s is not: %s', (reference) => {
    expect(lookup(reference)).toBeUndefined();
  });
});
