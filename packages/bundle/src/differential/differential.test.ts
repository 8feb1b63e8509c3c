import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '@sealift/core/canonical-json';
import { isSealiftError, type SealiftError } from '@sealift/core/errors';
import { digestOf } from '@sealift/oci/digest';
import { RegistryClient } from '@sealift/oci/registry-client';
import { readBounded } from '@sealift/oci/verify-stream';
import { startCuttingProxy } from '@sealift/testkit/cutting-proxy';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CreatedBundle, createBundle } from '../create/create-bundle.ts';
import { type BundleManifest, parseBundleManifest } from '../format/manifest.ts';
import { generateKeyPair } from '../minisign/keys.ts';
import { openBundle } from '../read/open-bundle.ts';
import { verifyBundle } from '../read/verify-bundle.ts';
import { smallOva, writeSmallRelease } from '@sealift/testkit/small-release';
import { readBundleRelease, uploadRelease } from '../upload/upload.ts';
import { openBase } from './base.ts';
import { locate } from './base-registries.ts';
import { blobsOfRelease, formatInventory } from './inventory.ts';
import { readRegistryInventory } from './registry-inventory.ts';
import { randomBytes } from './testing/sample-content.ts';

const dockerRegistry = peer('docker-registry');
const secretKey = generateKeyPair();
const trustedKeys = [secretKey.publicKey];
const newOva = 'u-2204-0-k-12611-0.ova';
const baseOva = randomBytes('ova', 6_000_000);
const changedOva = Buffer.concat([baseOva.subarray(0, 900_000), randomBytes('fix', 70_000), baseOva.subarray(950_000)]);
let folder: string;

function edit(path: string, ...changes: readonly (readonly [string | RegExp, string])[]): void {
  const text = changes.reduce((before, [from, to]) => before.replaceAll(from, to), readFileSync(path, 'utf8'));
  writeFileSync(path, text);
}

/** Release 4.2.12, or 4.2.13 with another version of the OS pack and an OVA that changed a little. */
async function writeRelease(version: '4.2.12' | '4.2.13'): Promise<void> {
  const release = join(folder, version);
  mkdirSync(release);
  const file = await writeSmallRelease(release);
  writeFileSync(join(release, smallOva), version === '4.2.12' ? baseOva : changedOva);
  if (version === '4.2.12') {
    edit(file, ['4.2.13', '4.2.12']);
    return;
  }
  renameSync(join(release, smallOva), join(release, newOva));
  edit(file, [smallOva, newOva], ['version: "22.04"', 'version: "22.04.1"']);
  edit(join(release, 'packs/ubuntu-vsphere-22.04/pack.json'), ['"22.04"', '"22.04.1"']);
  // The same image under another name: its layer is in another repository of the base.
  edit(join(release, 'images/index.json'), ['busybox:1.36', 'mirror/busybox:1.36']);
}

async function create(version: '4.2.12' | '4.2.13', name: string, basePath?: string): Promise<CreatedBundle> {
  await using base = basePath === undefined ? undefined : await openBase(basePath, trustedKeys);
  return await createBundle({
    releaseFile: join(folder, version, 'release.yaml'),
    output: join(folder, name),
    secretKey,
    executables: [],
    ...(base === undefined ? {} : { base }),
  });
}

let full: CreatedBundle;
let differential: CreatedBundle;
let manifest: BundleManifest;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-differential-'));
  await writeRelease('4.2.12');
  await writeRelease('4.2.13');
  await create('4.2.12', 'base.bin');
  full = await create('4.2.13', 'full.bin');
  differential = await create('4.2.13', 'differential.bin', join(folder, 'base.bin'));
  ({ manifest } = await verifyBundle(join(folder, 'differential.bin'), { trustedKeys }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function failureOf(work: Promise<unknown>): Promise<SealiftError> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (isSealiftError(failure)) return failure;
  throw new Error('it was accepted', { cause: failure });
}

describe('a differential bundle', () => {
  it('pins the same release as the full one, at a fraction of its size', () => {
    expect(differential.marker).toEqual(full.marker);
    expect(manifest.differential).toEqual(differential.differential);
    const { base, needs, recipes } = differential.differential ?? { needs: [], recipes: [] };
    expect(base).toBe('Harborview 4.2.12');
    expect(recipes.map(({ digest, size, base: from }) => ({ digest, size, from }))).toEqual([
      { digest: digestOf(changedOva), size: changedOva.length, from: digestOf(baseOva) },
    ]);
    // Two unchanged packs, the layers of two images, and the OVA that the new one is made of.
    expect(needs.length).toBe(5);
    const sizes = [full, differential].map(({ bundle }) => (bundle?.sizeBytes ?? 0) - 65_536);
    expect((sizes[1] ?? 0) / (sizes[0] ?? 1)).toBeLessThan(0.1);
  });

  it('has the same bytes each time', async () => {
    const again = await create('4.2.13', 'again.bin', join(folder, 'base.bin'));
    expect(again.bundle?.sha256).toBe(differential.bundle?.sha256);
  });

  it('can be a base itself: its target has the whole release', async () => {
    const made = await create('4.2.13', 'on-differential.bin', join(folder, 'differential.bin'));
    const needed = made.differential?.needs.map(({ digest }) => digest);
    expect(needed).toContain(digestOf(changedOva));
    expect(needed?.length).toBe(6);
    expect(made.differential?.recipes).toEqual([]);
  });

  it('tells how far the comparing is, and can be cancelled while it compares', async () => {
    const output = join(folder, 'cancelled.bin');
    const releaseFile = join(folder, '4.2.13', 'release.yaml');
    await using base = await openBase(join(folder, 'base.bin'), trustedKeys);
    const steps: number[] = [];
    const cancel = new AbortController();
    const onProgress = (phase: string, done: number, total: number): void => {
      if (phase !== 'compare') return;
      steps.push(done / total);
      if (done === total) cancel.abort();
    };
    const dryRun = { releaseFile, output, secretKey, executables: [], base, dryRun: true, onProgress };
    await createBundle(dryRun);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps.at(-1)).toBe(1);
    const work = createBundle({ ...dryRun, cancel: cancel.signal });
    expect((await failureOf(work)).code).toBe('CANCELLED');
  });

  it('is verified to the last bit', async () => {
    const bytes = readFileSync(join(folder, 'differential.bin'));
    const damaged = join(folder, 'damaged.bin');
    const start = 65_536 * 8;
    for (let time = 0; time < 150; time += 1) {
      const bit = start + Math.floor(((bytes.length * 8 - start) * time) / 150) + (time % 8);
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      writeFileSync(damaged, copy);
      expect((await failureOf(verifyBundle(damaged, { trustedKeys }))).exit).toBe(2);
    }
  });

  it('is refused when its manifest contradicts itself', () => {
    const { needs = [], recipes = [] } = manifest.differential ?? {};
    const [recipe] = recipes;
    if (recipe === undefined) throw new Error('no recipe');
    const place = { size: 1, registry: 'packs', repository: 'x' } as const;
    const cases: [Partial<NonNullable<BundleManifest['differential']>>, string][] = [
      [{ needs: [...needs, ...needs.slice(0, 1)] }, 'twice'],
      [{ recipes: [recipe, recipe] }, 'twice'],
      [{ needs: [...needs, { ...place, digest: recipe.delta }] }, 'inside'],
      [{ needs: [...needs, { ...place, digest: recipe.digest }] }, 'makes it too'],
      [{ needs: needs.filter(({ digest }) => digest !== recipe.base) }, 'does not need'],
      [{ recipes: [{ ...recipe, recipe: digestOf('none') }] }, 'not inside'],
      [{ needs: [{ ...place, digest: recipe.base, repository: '../x' }] }, 'name of a repository'],
    ];
    for (const [change, reason] of cases) {
      const changed = { ...manifest, differential: { base: 'x', needs, recipes, ...change } };
      expect(() => parseBundleManifest(canonicalJson(changed), 'x')).toThrow(reason);
    }
  });

  it('is refused a base that is no bundle and no inventory', async () => {
    const path = join(folder, 'base.json');
    const codeOf = async (text: string): Promise<string> => {
      writeFileSync(path, text);
      return (await failureOf(openBase(path, trustedKeys))).code;
    };
    expect(await codeOf('{')).toBe('INPUT_INVALID');
    expect(await codeOf('{"kind":"sealift-inventory","formatVersion":2,"label":"x","blobs":[]}')).toBe('INPUT_INVALID');
    expect(await codeOf('#!/bin/sh\n')).toBe('BUNDLE_UNKNOWN');
    expect((await failureOf(openBase(join(folder, 'none'), trustedKeys))).code).toBe('FILE_NOT_FOUND');
  });
});

describe.skipIf(dockerRegistry.missing)(`a differential bundle at docker-registry (${dockerRegistry.remedy})`, () => {
  let registry: DockerRegistry;
  let client: RegistryClient;

  beforeEach(async () => {
    registry = await startDockerRegistry(dockerRegistry);
    client = new RegistryClient({ registry: registry.registry, plainHttp: true });
  });
  afterEach(async () => {
    client.close();
    await registry.stop();
  });

  const registries = () => ({ packs: { client, base: 'site/packs' }, images: { client, base: '' } });

  async function upload(name: string) {
    await using bundle = await openBundle(join(folder, name), { trustedKeys });
    return await uploadRelease({ bundle, ...registries(), release: await readBundleRelease(bundle) });
  }

  /** Reads every blob of the full bundle's release, checked by digest, and its tags. */
  async function expectWholeRelease(): Promise<void> {
    await using bundle = await openBundle(join(folder, 'full.bin'), { trustedKeys });
    for (const { digest, size, ...place } of await blobsOfRelease(full.release, () => bundle)) {
      const { repository } = locate(place, registries());
      const content = await readBounded(await client.openBlob(repository, digest), 10_000_000, digest);
      expect(content.length).toBe(size);
    }
    const marker = await client.headManifest('site/packs/sealift-catalog', 'release-harborview-4.2.13');
    expect(marker?.digest).toBe(full.marker.digest);
    const nodeImage = await client.headManifest('site/packs/sealift-node-images', newOva.replace('.ova', ''));
    expect(nodeImage?.digest).toBe(full.release.spec.nodeImage?.digest);
  }

  it('becomes the whole release on top of its base', async () => {
    await upload('base.bin');
    const result = await upload('differential.bin');
    expect(result.items.every(({ state }) => state === 'pushed')).toBe(false);
    // The layer and the configuration of the image that has another name now.
    expect(result.blobs.mounted).toBeGreaterThanOrEqual(1);
    await expectWholeRelease();
    expect((await upload('differential.bin')).sentBytes).toBe(0);
    expect((await upload('full.bin')).sentBytes).toBe(0);
  });

  it('mounts what the base has in another repository instead of sending it again', async () => {
    await upload('base.bin');
    const bodies: string[] = [];
    const proxy = await startCuttingProxy(`http://${registry.registry}`, {
      keepHost: true,
      before: async ({ path, body }) => void (body.length > 0 && bodies.push(path)),
    });
    const through = new RegistryClient({ registry: new URL(proxy.url).host, plainHttp: true });
    try {
      await using bundle = await openBundle(join(folder, 'differential.bin'), { trustedKeys });
      const places = { packs: { client: through, base: 'site/packs' }, images: { client: through, base: '' } };
      await uploadRelease({ bundle, ...places, release: await readBundleRelease(bundle) });
    } finally {
      through.close();
      await proxy.close();
    }
    const layer = differential.differential?.needs.find(({ repository }) => repository.endsWith('/busybox'));
    expect(layer?.repository).toBe('docker.io/library/busybox');
    expect(bodies.filter((path) => path.includes(encodeURIComponent(layer?.digest ?? '')))).toEqual([]);
    await expectWholeRelease();
  });

  it('needs of its base only what the target still lacks', async () => {
    await upload('base.bin');
    await upload('differential.bin');
    const remove = async (digest: string): Promise<void> => {
      const url = `http://${registry.registry}/v2/site/packs/sealift-node-images/blobs/${digest}`;
      expect((await fetch(url, { method: 'DELETE' })).status).toBe(202);
    };
    await remove(digestOf(baseOva));
    expect((await upload('differential.bin')).sentBytes).toBe(0);
    await remove(digestOf(changedOva));
    const error = await failureOf(upload('differential.bin'));
    expect([error.code, error.message]).toEqual(['BUNDLE_BASE_MISSING', expect.stringContaining('1 of the 1 blobs')]);
  });

  it('sends nothing where its base is not whole, and names what is missing', async () => {
    const error = await failureOf(upload('differential.bin'));
    expect(error.code).toBe('BUNDLE_BASE_MISSING');
    expect(error.message).toContain('on top of Harborview 4.2.12, and 5 of the 5 blobs');
    expect(error.place).toContain(`site/packs/sealift-node-images@${digestOf(baseOva)}`);
    for (const repository of ['site/packs/sealift-node-images', 'site/packs/spectro-packs/archive/ubuntu-vsphere']) {
      expect((await failureOf(client.listTags(repository))).code).toBe('REGISTRY_NOT_FOUND');
    }
  });

  it('can be made against the inventory of the registry, without its content', async () => {
    expect((await failureOf(readRegistryInventory(registries(), trustedKeys))).code).toBe('INVENTORY_EMPTY');
    await upload('base.bin');
    const { releases, incomplete, ...inventory } = await readRegistryInventory(registries(), trustedKeys);
    expect({ releases, incomplete }).toEqual({ releases: ['Harborview 4.2.12'], incomplete: [] });
    const path = join(folder, 'inventory.json');
    writeFileSync(path, formatInventory(inventory));
    const made = await create('4.2.13', 'on-inventory.bin', path);
    expect(made.differential).toMatchObject({ recipes: [], base: expect.stringContaining('Harborview 4.2.12') });
    expect(made.differential?.needs.length).toBe(4);
    await upload('on-inventory.bin');
    await expectWholeRelease();
  });
});
