import { describe, expect, it } from 'vitest';
import { packSchema } from '../pack/pack-json.ts';
import { unmetDependencies } from './constraints.ts';

const pack = (name: string, version: string, ...dependencies: object[]) =>
  packSchema.parse({ name, version, displayName: name, layer: 'addon', constraints: { dependencies } });
const on = (type: string, more: object = {}) => ({ packName: 'kubernetes', type, ...more });
const reasons = (type: string, more: object, version?: string) =>
  unmetDependencies([
    pack('calico', '3.26.1', on(type, more)),
    ...(version === undefined ? [] : [pack('kubernetes', version)]),
  ]).map(({ reason }) => reason);

describe('what packs ask of each other', () => {
  it.each([
    ['required', {}, '1.26.8', []],
    ['required', {}, undefined, ['calico 3.26.1 needs kubernetes, and it is not there']],
    [
      'required',
      { minVersion: '1.26.9' },
      '1.26.8',
      ['calico 3.26.1 needs kubernetes from 1.26.9 on, and there is 1.26.8'],
    ],
    ['required', { minVersion: '1.26.8', maxVersion: '1.26.8' }, '1.26.8', []],
    ['required', { minVersion: '', maxVersion: '1.26.10' }, '1.26.9', []],
    ['required', { layer: 'k8s' }, '1.26.8', ['calico 3.26.1 needs kubernetes, and it is not there']],
    ['optional', { maxVersion: '1.26' }, undefined, []],
    ['optional', { maxVersion: '1.26.0' }, '1.27.0', ['calico 3.26.1 works with kubernetes up to 1.26.0 only']],
    ['notSupported', { minVersion: '1.27.0' }, '1.26.8', []],
    ['notSupported', {}, '1.26.8', ['calico 3.26.1 does not work with kubernetes, and there is 1.26.8']],
    ['upgrade', { minVersion: '9.0.0' }, '1.26.8', []],
  ] as const)('%s %j with %s', (type, more, version, expected) => {
    const found = reasons(type, more, version);
    expect(found).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) expect(found[index]).toContain(text);
  });
});
