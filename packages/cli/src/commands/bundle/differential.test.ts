import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBundle } from '@sealift/bundle/create';
import { parseSecretKey, type SecretKey } from '@sealift/bundle/minisign';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const dockerRegistry = peer('docker-registry');

describe.skipIf(dockerRegistry.missing)(`differential bundles by command line (${dockerRegistry.remedy})`, () => {
  let folder: string;
  let file: string;
  let secretKey: SecretKey;
  let registry: DockerRegistry;

  beforeAll(async () => {
    registry = await startDockerRegistry(dockerRegistry);
    folder = mkdtempSync(join(tmpdir(), 'sealift-cli-differential-'));
    for (const name of ['trusted', 'release']) mkdirSync(join(folder, name));
    await sealift('keys', 'generate', '--out', join(folder, 'vendor'));
    await sealift('keys', 'trust', join(folder, 'vendor.pub'));
    secretKey = parseSecretKey(readFileSync(join(folder, 'vendor.key'), 'utf8'), 'vendor.key');
    file = await writeSmallRelease(join(folder, 'release'));
    const output = join(folder, 'base.bin');
    await createBundle({ releaseFile: file, output, secretKey, executables: [] });
  });
  afterAll(async () => {
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const sealift = (...args: readonly string[]) => sealiftAt(registry.registry, ...args);

  /** Runs a command in this process. */
  async function sealiftAt(target: string, ...args: readonly string[]) {
    const { context, written } = testContext({
      env: {
        HOME: folder,
        SEALIFT_BIN_DIR: join(folder, 'bin'),
        SEALIFT_TRUSTED_KEYS: join(folder, 'trusted'),
        OCI_PACK_REGISTRY: target,
        OCI_PACK_BASE: 'site',
        OCI_IMAGE_REGISTRY: target,
        OCI_IMAGE_BASE: 'site/images',
      },
    });
    const code = await run(args, context);
    return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
  }

  const create = (...more: readonly string[]) =>
    sealift('bundle', 'create', '-f', file, '-o', join(folder, 'x.bin'), '--key', join(folder, 'vendor.key'), ...more);

  it('says what a bundle would leave out against another one', async () => {
    const base = join(folder, 'base.bin');
    const text = await create('--dry-run', '--base', base);
    expect(text.code).toBe(0);
    expect(text.out).toMatch(/^Differential: incomplete without Harborview 4\.2\.13, of which it needs \d+ blobs/);
    const json = JSON.parse((await create('--dry-run', '--json', '--base', base)).out) as { differential: unknown };
    expect(json.differential).toMatchObject({ base: 'Harborview 4.2.13', recipes: 0 });
  });

  it('takes the inventory of the registry, once a release is there', async () => {
    const inventory = join(folder, 'inventory.json');
    const before = await sealift('bundle', 'inventory', '-o', inventory);
    expect([before.code, before.notes]).toEqual([1, expect.stringContaining('INVENTORY_EMPTY')]);
    expect((await sealift('bundle', 'run', join(folder, 'base.bin'))).code).toBe(0);
    const after = await sealift('bundle', 'inventory', '-o', inventory, '--json');
    expect(JSON.parse(after.out)).toMatchObject({ releases: ['Harborview 4.2.13'], incomplete: [] });
    expect((await create('--dry-run', '--base', inventory)).out).toContain('Harborview 4.2.13');
  });

  it('says of a bundle that it is differential, and needs its base only for what the target still lacks', async () => {
    const inventory = join(folder, 'other.json');
    const text = readFileSync(join(folder, 'inventory.json'), 'utf8').replaceAll('"repository":"', '"repository":"no/');
    writeFileSync(inventory, text);
    const { openBase } = await import('@sealift/bundle/base');
    await using base = await openBase(inventory, []);
    const output = join(folder, 'differential.bin');
    await createBundle({ releaseFile: file, output, secretKey, executables: [], base });
    expect((await sealift('bundle', 'run', output, '--', '--info')).out).toContain('Differential: incomplete without');
    expect((await sealift('bundle', 'verify', output)).out).toContain('Differential: incomplete without');
    const json = JSON.parse((await sealift('bundle', 'verify', output, '--json')).out) as { bundle: unknown };
    expect(json.bundle).toHaveProperty('differential.needs');
    // The release is whole at the target, so the base in its other repositories is not asked for.
    expect(await sealift('bundle', 'run', output)).toMatchObject({ code: 0, notes: '' });
    const empty = await startDockerRegistry(dockerRegistry);
    try {
      const refused = await sealiftAt(empty.registry, 'bundle', 'run', output);
      expect([refused.code, refused.notes]).toEqual([1, expect.stringContaining('BUNDLE_BASE_MISSING')]);
      const catalog = await fetch(`http://${empty.registry}/v2/_catalog`);
      expect(await catalog.json()).toEqual({ repositories: [] });
    } finally {
      await empty.stop();
    }
  });
});
