import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { merge, pathText } from '@sealift/core/merge';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { build, harborview, listedImages, packFolders, readRelease, versions } from './build.ts';
import { copyWithKubernetes } from './copy-with-kubernetes.ts';
import { siteLayers, siteValues } from './site-changes.ts';

const packJson = z.object({ name: z.string(), version: z.string(), layer: z.string() });
const layoutIndex = z.object({
  manifests: z.array(z.object({ digest: z.string(), size: z.number(), annotations: z.record(z.string(), z.string()) })),
});
const qemuImg = peer('qemu-img');
const helm = peer('helm');

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'sealift-harborview-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(versions)('Harborview %s', (version) => {
  const made = join(harborview, version, 'build');

  it('has a folder for every pack of its layers, and no other', () => {
    const packs = packFolders(version).map((folder) =>
      packJson.parse(JSON.parse(readFileSync(join(folder, 'pack.json'), 'utf8'))),
    );
    const layers = readRelease(version).spec.layers.map((layer) => ({
      name: layer.pack,
      version: layer.version,
      layer: layer.layer,
    }));
    expect(packs).toEqual(expect.arrayContaining(layers));
    expect(packs).toHaveLength(layers.length);
  });

  it('brings every image that its packs list', () => {
    const index = layoutIndex.parse(JSON.parse(readFileSync(join(made, 'images', 'index.json'), 'utf8')));
    const names = index.manifests.map(({ annotations }) => annotations['org.opencontainers.image.ref.name']);
    expect(new Set(names)).toEqual(new Set(listedImages(version)));
    expect(names.length).toBeGreaterThan(30);
  });

  it('keeps blobs under their own digests', () => {
    const blobs = join(made, 'images', 'blobs', 'sha256');
    for (const name of readdirSync(blobs)) expect(sha256(readFileSync(join(blobs, name)))).toBe(name);
  });

  it.skipIf(helm.missing)(`has charts that render with the values of their packs (${helm.remedy})`, () => {
    const charts = packFolders(version).flatMap((folder) => renderCharts(folder));
    expect(charts.map(([name]) => name)).toEqual(['tigera-operator', 'vsphere-csi', 'ingress-nginx']);
    for (const [, rendered] of charts) expect(rendered).toContain('kind: Deployment');
  });

  it('is made the same, byte for byte, every time', async () => {
    const again = join(scratch, version);
    await build(version, again);
    expect(contents(made)).toEqual(contents(again));
  });

  it('has a node image whose manifest covers its parts', () => {
    const folder = unpackOva(version);
    const manifest = readFileSync(join(folder, readdirSync(folder).find((name) => name.endsWith('.mf')) ?? ''), 'utf8');
    const lines = [...manifest.matchAll(/^SHA256\((.+)\)= ([0-9a-f]{64})$/gm)];
    expect(lines).toHaveLength(2);
    for (const [, name, digest] of lines) expect(sha256(readFileSync(join(folder, name ?? '')))).toBe(digest);
    const ovf = readFileSync(join(folder, readdirSync(folder).find((name) => name.endsWith('.ovf')) ?? ''), 'utf8');
    expect(ovf).toContain(
      `ovf:key="kubernetes" ovf:type="string" ovf:value="${readRelease(version).spec.kubernetes.version}"`,
    );
  });

  it.skipIf(qemuImg.missing)(`has a disk that qemu-img reads (${qemuImg.remedy})`, () => {
    const folder = unpackOva(version);
    const disk = join(folder, readdirSync(folder).find((name) => name.endsWith('.vmdk')) ?? '');
    const run = (...args: string[]): string => execFileSync(qemuImg.path, args, { encoding: 'utf8' });
    expect(run('info', disk)).toContain('create type: streamOptimized');
    expect(run('check', disk)).toContain('No errors were found');
    const raw = join(scratch, `${version}.raw`);
    run('convert', '-O', 'raw', disk, raw);
    expect(statSync(raw).size).toBe(4 * 1024 ** 3);
    expect(readStart(raw, 1024 * 1024)).toContain('sample content of kubelet');
  });
});

describe('the site', () => {
  it('differs from the defaults of 4.2.12 in ten values', () => {
    expect(siteLayers.flatMap(({ customised }) => customised)).toHaveLength(10);
    for (const layer of siteLayers) {
      const defaults = flatten(parse(defaultValues('4.2.12', layer.pack)));
      const site = flatten(parse(siteValues(layer)));
      const paths = new Set([...defaults.keys(), ...site.keys()]);
      expect([...paths].filter((path) => defaults.get(path) !== site.get(path))).toEqual([...layer.customised]);
    }
  });

  it('keeps exactly these values, without a conflict, when it goes to 4.2.13', () => {
    for (const layer of siteLayers) {
      const [base, incoming] = versions.map((version) => defaultValues(version, layer.pack));
      if (base === undefined || incoming === undefined) throw new Error('two releases are expected');
      const result = merge({ base, current: siteValues(layer), incoming });
      expect(result.conflicts).toEqual([]);
      const kept = result.decisions.filter(({ kind }) => kind === 'kept-custom' || kind === 'added-by-site');
      expect(kept.map(({ path }) => pathText(path)).sort()).toEqual([...layer.customised].sort());
      const taken = result.decisions.filter(({ kind }) => /incoming|release/.test(kind));
      expect(taken.length).toBeGreaterThan(5);
    }
  });

  it('has a file for each of these layers, and no other', () => {
    const files = readdirSync(join(harborview, 'site')).filter((name) => name.endsWith('.yaml'));
    expect(files.sort()).toEqual(siteLayers.map(({ layer, pack }) => `${layer}-${pack}.yaml`).sort());
  });
});

function defaultValues(version: string, pack: string): string {
  const folder = packFolders(version).find((path) => path.includes(`/${pack}-`)) ?? '';
  return readFileSync(join(folder, 'values.yaml'), 'utf8');
}

function unpackOva(version: string): string {
  const folder = mkdtempSync(join(scratch, 'ova-'));
  const ova = readRelease(version).spec.nodeImage?.ova ?? '';
  execFileSync('tar', ['-xf', join(harborview, version, 'build', ova), '-C', folder]);
  return folder;
}

function readStart(path: string, offset: number): string {
  return execFileSync('dd', [`if=${path}`, `bs=${offset}`, 'skip=1', 'count=1', 'status=none'], {
    encoding: 'latin1',
    maxBuffer: 2 * offset,
  });
}

function contents(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [relative(folder, path), sha256(readFileSync(path))]));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Scalars and whole lists by their path, keys joined by dots. */
function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, child] of Object.entries(value)) flatten(child, path === '' ? key : `${path}.${key}`, into);
    if (Object.keys(value).length > 0) return into;
  }
  return into.set(path, JSON.stringify(value));
}

it('can be copied with other versions of Kubernetes', async () => {
  const copy = join(scratch, 'copy');
  await copyWithKubernetes(copy, { '4.2.12': '1.36.3', '4.2.13': '1.37.2' });
  const [older, newer] = versions.map((version) => readRelease(version, copy).spec);
  expect(older?.kubernetes).toEqual({ version: '1.36.3', supported: '>=1.36 <1.38' });
  expect(newer?.nodeImage).toMatchObject({ ova: 'u-2204-0-k-1372-0.ova', kubernetes: '1.37.2' });
  expect(readdirSync(join(copy, '4.2.13', 'build'))).toEqual(['images', 'u-2204-0-k-1372-0.ova']);
  expect(listedImages('4.2.12', copy)).toContain('registry.k8s.io/kube-apiserver:v1.36.3');
  const texts = packFolders('4.2.13', copy).map((pack) => readFileSync(join(pack, 'values.yaml'), 'utf8'));
  expect(texts.join('')).not.toContain('1.26.10');
  expect(readFileSync(join(copy, 'site', 'k8s-kubernetes.yaml'), 'utf8')).toContain('kube-apiserver:v1.36.3');
});

/** The charts of a pack by name, rendered as helm does. */
function renderCharts(folder: string): [string, string][] {
  const { charts, version } = z
    .object({ charts: z.array(z.string()).default([]), version: z.string() })
    .parse(JSON.parse(readFileSync(join(folder, 'pack.json'), 'utf8')));
  const values = parse(readFileSync(join(folder, 'values.yaml'), 'utf8'));
  return charts.map((path) => {
    const name = basename(path, `-${version}.tgz`);
    const input = JSON.stringify(values.charts[name]);
    const args = ['template', name, join(folder, path), '--include-crds', '--values', '-'];
    return [name, execFileSync(helm.path, args, { input, encoding: 'utf8' })];
  });
}
