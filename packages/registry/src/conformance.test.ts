import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { readBounded } from '@sealift/oci/verify-stream';
import { peer } from '@sealift/testkit/peers';
import { describe, expect, it } from 'vitest';
import { serveRegistry } from './serve.ts';
import { userAccess } from './users.ts';

const suite = peer('oci-conformance');

/** What the specification leaves open and this registry does are asked for too. */
const extras = {
  OCI_API_BLOBS_DIGEST_HEADER: 'true',
  OCI_API_BLOBS_UPLOAD_CANCEL: 'true',
  OCI_API_MANIFESTS_DIGEST_HEADER: 'true',
  OCI_DATA_SHA512: 'true',
};

describe.skipIf(suite.missing)(`the OCI conformance suite (${suite.remedy})`, () => {
  it('passes whole: pull, push, content discovery, content management', { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sealift-conformance-'));
    const served = await serveRegistry({
      storageDir: join(folder, 'storage'),
      host: '127.0.0.1',
      port: 0,
      authorize: userAccess([{ name: 'writer', password: new Secret('secret'), access: 'push' }]),
    });
    try {
      const { code, output } = await run({
        ...extras,
        OCI_REGISTRY: served.registry,
        OCI_TLS: 'disabled',
        OCI_USERNAME: 'writer',
        OCI_PASSWORD: 'secret',
        OCI_VERSION: '1.1',
        OCI_RESULTS_DIR: join(folder, 'results'),
      });
      expect(output.split('\n').filter((line) => /: +FAIL$/.test(line))).toEqual([]);
      expect(output).toMatch(/^OCI Conformance Test: Pass/m);
      for (const group of ['Blob get', 'Blob push', 'Tag listing', 'Referrers', 'Manifest delete', 'Tag delete']) {
        expect(output).toMatch(new RegExp(`^  ${group}\\.*: +Pass$`, 'm'));
      }
      expect(code).toBe(0);
    } finally {
      await served.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

async function run(variables: Readonly<Record<string, string>>): Promise<{ code: number | null; output: string }> {
  const child = spawn(suite.path, [], { env: { ...process.env, ...variables }, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const output = await readBounded(child.stdout, 10_000_000, 'the report');
  return { code: await ended, output: output.toString('utf8') };
}
