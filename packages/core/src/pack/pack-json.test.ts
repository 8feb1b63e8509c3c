import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSealiftError, type SealiftError } from '../errors/sealift-error.ts';
import { parsePack } from './pack-json.ts';
import { readPackValues } from './pack-values.ts';

const corpus = new URL('../../../../../shared/data/packs/', import.meta.url);
const folders = existsSync(corpus) ? readdirSync(corpus) : [];
const minimal = { name: 'cni-calico', displayName: 'Calico', version: '3.26.1', layer: 'cni' };

function refusal(text: string): SealiftError {
  try {
    parsePack(text, 'packs/x/pack.json');
  } catch (error) {
    if (isSealiftError(error, 'PACK_INVALID')) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parsePack', () => {
  it('keeps unknown members, also inside constraints', () => {
    const pack = {
      ...minimal,
      ansibleRoles: [],
      commit_msg: '...',
      constraints: {
        dependencies: [{ packName: 'kubernetes', type: 'optional', minVersion: '1.27', maxVersion: '', note: 1 }],
      },
    };
    expect(parsePack(JSON.stringify(pack), 'pack.json')).toEqual(pack);
  });

  it.each([
    ['a missing field', { ...minimal, layer: undefined }, '#/layer', '"layer" is missing'],
    ['an unknown layer', { ...minimal, layer: 'storage' }, '#/layer', 'addon'],
    ['a name that is no repository name', { ...minimal, name: 'Calico!' }, '#/name', 'lower-case'],
    ['a wrong type', { ...minimal, charts: 'charts/x.tgz' }, '#/charts', 'expected array'],
    ['a chart outside the folder', { ...minimal, charts: ['a.tgz', '../../etc/passwd'] }, '#/charts/1', '..'],
    ['an absolute manifest', { ...minimal, kubeManifests: ['/etc/passwd'] }, '#/kubeManifests/0', 'below the pack'],
    [
      'an unknown dependency type',
      { ...minimal, constraints: { dependencies: [{ packName: 'x', type: 'maybe' }] } },
      '#/constraints/dependencies/0/type',
      'required',
    ],
    ['too long a text', { ...minimal, displayName: 'x'.repeat(1000) }, '#/displayName', '200'],
  ])('refuses %s with the place and the reason', (_, pack, place, reason) => {
    const error = refusal(JSON.stringify(pack));
    expect(error.place).toBe(`packs/x/pack.json${place}`);
    expect(error.message).toContain(reason);
    expect(error.hint).not.toBe('');
  });

  it('refuses a __proto__ member wherever it is', () => {
    expect(refusal('{"annotations":{"x":[{"__proto__":{}}]}}').place).toBe('packs/x/pack.json#/annotations/x/0');
    expect(refusal('{"__proto__":{"name":"x"}}').message).toContain('__proto__');
  });

  it('refuses what is too deep, too long or no JSON', () => {
    expect(refusal(`{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`).message).toContain('deeper');
    expect(refusal(`"${'x'.repeat(1_000_001)}"`).message).toContain('longer');
    expect(refusal('{"name": }').message).toContain('not JSON');
    expect(refusal('null').message).toContain('expected object');
  });

  it('answers or refuses any JSON, and never fails otherwise', { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          parsePack(text, 'pack.json');
        } catch (error) {
          return isSealiftError(error, 'PACK_INVALID') && error.place !== undefined;
        }
        return true;
      }),
    );
  });

  describe.skipIf(folders.length === 0)('on public packs (needs ../shared/data/packs beside the checkout)', () => {
    it.each(folders)('accepts %s', (folder) => {
      const read = (name: string): string => readFileSync(new URL(`${folder}/${name}`, corpus), 'utf8');
      const source = read('pack.json');
      expect(parsePack(source, folder)).toEqual(JSON.parse(source));
      const values = read('values.yaml');
      const { images, namespace } = readPackValues(values, folder);
      const listed = /^ {2}content:\n((?: {3,}.*\n|\s*#.*\n|\s*\n)*)/m.exec(values)?.[1] ?? '';
      const named = listed.split('\n').flatMap((line) => /^\s*- image: *"?([^\s"]+)/.exec(line)?.[1] ?? []);
      expect(images).toEqual([...new Set(named)]);
      expect(namespace).toBe(/^pack:\n(?:(?: .*|#.*)?\n)*? {2}namespace: *"?([^\s"]+)/m.exec(values)?.[1]);
    });
  });
});
