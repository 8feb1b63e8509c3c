import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBundle } from '@sealift/bundle/create';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { type OddRegistry, startOddRegistry } from '@sealift/testkit/odd-registry';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jsonProgress } from '../../terminal/progress.ts';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

let folder: string;
let bundle: string;
let registry: OddRegistry;
let refused: boolean;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-upload-incomplete-'));
  for (const name of ['release', 'trusted']) mkdirSync(join(folder, name));
  const releaseFile = await writeSmallRelease(join(folder, 'release'));
  const secretKey = generateKeyPair();
  writeFileSync(join(folder, 'trusted', 'vendor.pub'), formatPublicKey(secretKey.publicKey));
  bundle = join(folder, 'airgap-v4.2.13.bin');
  await createBundle({ releaseFile, output: bundle, secretKey, executables: [] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  refused = true;
  registry = await startOddRegistry({
    intercept: ({ method, path }) =>
      refused && method === 'PUT' && path.includes('/busybox/blobs/')
        ? { status: 403, body: '{"errors":[{"code":"DENIED","message":"not here"}]}' }
        : undefined,
  });
});
afterEach(() => registry.close());

async function runBundle(...args: readonly string[]) {
  const events: string[] = [];
  const { context, written } = testContext({
    env: {
      HOME: folder,
      SEALIFT_BIN_DIR: join(folder, 'bin'),
      SEALIFT_TRUSTED_KEYS: join(folder, 'trusted'),
      OCI_PACK_REGISTRY: registry.registry,
      OCI_PACK_BASE: 'site',
      OCI_IMAGE_REGISTRY: registry.registry,
      OCI_IMAGE_BASE: 'site/images',
    },
    ...(args.includes('--json')
      ? { progress: jsonProgress({ write: (text: string) => events.push(text) > 0, isTTY: false }) }
      : {}),
  });
  const code = await run(['bundle', 'run', '--', bundle, ...args], context);
  return { code, out: written.out.join('\n'), notes: written.notes.join('\n'), events };
}

const tags = (): string[] => [...registry.manifests.keys()].filter((key) => !key.includes(' sha256:'));

describe('a bundle of which a part cannot be pushed', () => {
  it('stops at it', async () => {
    const { code, notes } = await runBundle();
    expect([code, notes]).toEqual([1, expect.stringContaining('REGISTRY_DENIED')]);
    expect(tags()).toEqual([]);
  });

  it('goes on with --continue-on-error, lists what is missing, and ends with a code of its own', async () => {
    const { code, out, notes } = await runBundle('--continue-on-error');
    expect(code).toBe(4);
    expect(out).not.toContain('Setup Completed');
    expect(notes).toMatch(
      /^Not pushed:\n- image docker\.io\/library\/busybox:1\.36: .*not here\n {4}at: .+\n {4}fix: .+\n {4}code: REGISTRY_DENIED\n- marker release-harborview-4\.2\.13: held back/,
    );
    expect(notes).toContain('1 of 7 items could not be pushed');
    expect(tags().toSorted()).toEqual(expect.not.arrayContaining([expect.stringMatching(/busybox|sealift-catalog/)]));
    expect(tags()).toHaveLength(5);
    refused = false;
    expect(await runBundle('--continue-on-error')).toMatchObject({ code: 0 });
    expect(tags()).toContain('site/sealift-catalog release-harborview-4.2.13');
  });

  it('says the same as JSON, one object at the end and one a line while it runs', async () => {
    const { code, out, notes, events } = await runBundle('--continue-on-error', '--json');
    expect([code, notes]).toEqual([4, '']);
    const result = JSON.parse(out) as { items: { name: string; state: string; error?: { code: string } }[] };
    expect(result).toMatchObject({ event: 'result', ok: false, error: { code: 'PUSH_INCOMPLETE' } });
    expect(result.items.map(({ state }) => state).join(' ')).toBe(
      'pushed pushed pushed pushed failed pushed held-back',
    );
    expect(result.items[4]).toMatchObject({
      name: 'docker.io/library/busybox:1.36',
      repository: 'site/images/docker.io/library/busybox',
      error: { code: 'REGISTRY_DENIED' },
    });
    const told = events.map((line) => JSON.parse(line) as { event: string; phase?: string; percent?: number });
    expect(events.every((line) => line.endsWith('\n') && !line.trimEnd().includes('\n'))).toBe(true);
    expect(told.filter(({ event }) => event === 'item')).toHaveLength(7);
    const percents = told.flatMap(({ phase, percent }) => (phase === 'Pushing' ? [percent ?? 0] : []));
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    refused = false;
    expect(JSON.parse((await runBundle('--json')).out)).toMatchObject({ ok: true });
  });
});
