import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { bundleEvidenceSchema } from '@sealift/core/evidence';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const dockerRegistry = peer('docker-registry');
let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-cli-split-'));
  for (const name of ['trusted', 'release', 'bin']) mkdirSync(join(folder, name));
  await sealift('keys', 'generate', '--out', join(folder, 'vendor'));
  await sealift('keys', 'trust', join(folder, 'vendor.pub'));
  await writeSmallRelease(join(folder, 'release'));
  bundle = join(folder, 'airgap.bin');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command in this process. */
async function sealift(...args: readonly string[]) {
  return await sealiftWith({}, ...args);
}

async function sealiftWith(env: Record<string, string>, ...args: readonly string[]) {
  const places = { HOME: folder, SEALIFT_BIN_DIR: join(folder, 'bin'), SEALIFT_TRUSTED_KEYS: join(folder, 'trusted') };
  const { context, written } = testContext({ env: { ...places, ...env } });
  const code = await run(args, context);
  return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
}

async function create(split: string, ...more: readonly string[]) {
  // Any small program serves: it is carried, and not started here.
  const program = ['--executable', '/bin/true', '--architecture', 'amd64'];
  const release = ['-f', join(folder, 'release/release.yaml'), '--key', join(folder, 'vendor.key')];
  return await sealift('bundle', 'create', ...release, '-o', bundle, '--split', split, ...program, ...more);
}

describe('a bundle in parts by command line', () => {
  it('refuses sizes that are none, and those that are too small with the smallest that works', async () => {
    expect(await create('big')).toMatchObject({ code: 1, notes: expect.stringContaining('--split 4GiB') });
    const tooSmall = await create('64KiB');
    expect(tooSmall).toMatchObject({ code: 1, notes: expect.stringContaining('BUNDLE_SPLIT_TOO_SMALL') });
    expect(readdirSync(folder)).not.toContain('airgap.bin');
  });

  it('is created, and says what each part is', async () => {
    const { code, out } = await create('120KB', '--json');
    expect(code).toBe(0);
    const { parts } = (JSON.parse(out) as { bundle: { parts: { path: string }[] } }).bundle;
    expect(parts.map(({ path }) => path)).toEqual([bundle, `${bundle}.part002`, `${bundle}.part003`]);
    expect((await create('120KB')).out).toContain(`minisign -Vm ${bundle}.parts.json`);
  });

  it('is verified, listed and checked by its first part, with evidence that counts the parts', async () => {
    const verified = await sealift('bundle', 'verify', bundle, '--json');
    const checked = await sealift('bundle', 'run', '--', bundle, '--check', '--json');
    for (const { code, out } of [verified, checked]) {
      expect(code).toBe(0);
      expect(bundleEvidenceSchema.parse(JSON.parse(out)).bundle).toMatchObject({ path: bundle, parts: 3 });
    }
    expect((await sealift('bundle', 'list', bundle)).out).toContain('busybox');
  });

  it.skipIf(dockerRegistry.missing)(`is uploaded out of its parts (${dockerRegistry.remedy})`, async () => {
    const registry: DockerRegistry = await startDockerRegistry(dockerRegistry);
    try {
      const { registry: host } = registry;
      const env = { OCI_PACK_REGISTRY: host, OCI_PACK_BASE: 'p', OCI_IMAGE_REGISTRY: host, OCI_IMAGE_BASE: 'i' };
      const { code, out } = await sealiftWith(env, 'bundle', 'run', '--', bundle);
      expect(out).toContain('Setup Completed');
      expect(code).toBe(0);
    } finally {
      await registry.stop();
    }
  });

  it('names a part that is missing or damaged with code 2, and leaves the others', async () => {
    const second = `${bundle}.part002`;
    renameSync(second, `${second}.away`);
    const missing = await sealift('bundle', 'verify', bundle);
    expect(missing).toMatchObject({ code: 2, notes: expect.stringContaining('airgap.bin.part002 (120000 bytes') });
    const bytes = readFileSync(`${second}.away`);
    bytes.writeUInt8(bytes.readUInt8(60_000) ^ 1, 60_000);
    writeFileSync(second, bytes);
    const damaged = await sealift('bundle', 'run', '--', bundle);
    expect(damaged).toMatchObject({ code: 2, notes: expect.stringContaining('BUNDLE_PART_DAMAGED') });
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['airgap.bin.part002', 'airgap.bin.part003']));
  });
});
