import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { validatePack } from './validate-pack.ts';

const corpus = fileURLToPath(new URL('../../../../../shared/data/packs/', import.meta.url));
const pack = { name: 'cni-calico', displayName: 'Calico', version: '3.26.1', layer: 'cni' };

describe('validatePack', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-validate-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(files: Readonly<Record<string, string | object>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
  }
  const problems = async (): Promise<string[]> =>
    (await validatePack(folder)).problems.map(
      ({ severity, place, code }) => `${severity} ${place.slice(folder.length + 1)} ${code}`,
    );

  it('finds nothing wrong with a pack that is right', async () => {
    write({
      'pack.json': { ...pack, kubeManifests: ['manifests/a.yaml'] },
      'values.yaml': '# spectrocloud.com/enabled-presets: Mode:fast\npack:\n  namespace: x\n',
      'presets.yaml': 'presets:\n- name: fast\n  displayName: Fast\n  group: Mode\n  add: ""\n',
      'schema.yaml': 'a.b:\n  schema: "{{ required }}"\n',
      'values.schema.json': {},
      'manifests/a.yaml': 'a: 1\n',
    });
    expect(await validatePack(folder)).toMatchObject({ pack: { name: 'cni-calico', layer: 'cni' }, problems: [] });
  });

  it('names everything that is wrong, each by its place', async () => {
    write({
      'pack.json': {
        name: 'Bad Name',
        version: 'x y',
        layer: 'net',
        constraints: { dependencies: [{ packName: 'x', type: 'y' }] },
      },
      'values.yaml': 'pack: [\n',
      'presets.yaml': 'presets: 7\n',
      'values.schema.json': '{',
      'charts/broken.tgz': 'no archive',
    });
    symlinkSync('/etc/passwd', join(folder, 'README.md'));
    expect((await problems()).toSorted()).toEqual([
      'error README.md PACK_FILE_REFUSED',
      'error charts/broken.tgz CHART_INVALID',
      'error pack.json#/constraints/dependencies/0/type PACK_INVALID',
      'error pack.json#/displayName PACK_INVALID',
      'error pack.json#/layer PACK_INVALID',
      'error pack.json#/name PACK_INVALID',
      'error pack.json#/version PACK_INVALID',
      'error presets.yaml INPUT_INVALID',
      'error values.schema.json PACK_INVALID',
      'error values.yaml:2:1 MERGE_YAML_INVALID',
    ]);
  });

  it('compares what pack.json names with what is there', async () => {
    write({
      'pack.json': { ...pack, charts: ['charts/none.tgz'], kubeManifests: ['manifests/none.yaml'] },
      'manifests/extra.yaml': '',
    });
    expect(await problems()).toEqual([
      'error pack.json#/charts/0 PACK_FILE_MISSING',
      'error pack.json#/kubeManifests/0 PACK_FILE_MISSING',
      'warning manifests/extra.yaml INPUT_INVALID',
    ]);
  });

  it('finds constraints that nothing can meet', async () => {
    const dependencies = [
      { packName: 'kubernetes', type: 'required', minVersion: '1.30', maxVersion: '1.29' },
      { packName: 'cni-calico', type: 'required' },
      { packName: 'cni-calico', type: 'upgrade', minVersion: '3.25.0' },
    ];
    write({ 'pack.json': { ...pack, constraints: { dependencies } } });
    expect(await problems()).toEqual(
      [0, 1].map((at) => `error pack.json#/constraints/dependencies/${at} PACK_INVALID`),
    );
  });

  it('says that there is no pack.json, and fails where there is no folder', async () => {
    write({ 'values.yaml': '' });
    expect(await problems()).toEqual(['error pack.json FILE_NOT_FOUND']);
    await expect(validatePack(join(folder, 'none'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

describe.skipIf(!existsSync(corpus))('public packs (needs ../shared/data/packs beside the checkout)', () => {
  it('have nothing wrong but the charts that were left out of them', { timeout: 60_000 }, async () => {
    for (const name of await readdir(corpus)) {
      const { problems } = await validatePack(join(corpus, name));
      const others = problems.filter(({ severity, code }) => severity === 'error' && code !== 'PACK_FILE_MISSING');
      expect(others).toEqual([]);
    }
  });
});
