import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inPrivateFolder } from './private-folder.ts';
import { HelmProgram } from './program.ts';

const helm = peer('helm');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-program-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function script(name: string, text: string, mode = 0o755): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode });
  return file;
}

describe('the helm program', () => {
  it.skipIf(helm.missing)('is found on the PATH, and its version is known', async () => {
    const path = join(helm.path, '..');
    expect(await HelmProgram.open({ env: { PATH: `relative:${folder}/none:${path}` } })).toMatchObject({
      path: helm.path,
      version: expect.stringMatching(/^v4\./) as unknown,
    });
  });

  it.skipIf(helm.missing)('of a bundle is taken only byte for byte', async () => {
    const sha256 = createHash('sha256').update(readFileSync(helm.path)).digest('hex');
    expect(await HelmProgram.open({ path: helm.path, sha256 })).toMatchObject({ path: helm.path });
    await expect(HelmProgram.open({ path: helm.path, sha256: 'a'.repeat(64) })).rejects.toMatchObject({
      code: 'HELM_OTHER',
    });
  });

  it('that is not there, or no program, or ends with a failure, is said to be missing', async () => {
    for (const options of [
      { env: { PATH: folder } },
      { env: {} },
      { path: 'helm' },
      { path: join(folder, 'none') },
      { path: script('no-program', 'exit 0', 0o644) },
      { path: script('fails', 'echo "Error: broken" >&2; exit 3') },
    ]) {
      await expect(HelmProgram.open(options)).rejects.toMatchObject({ code: 'HELM_MISSING' });
    }
  });

  it('of another version is refused', async () => {
    for (const version of ['v3.19.0', 'v40.1.0', '4.3', 'v4.0', 'v4.2.0', 'v4.2', 'v4.2.1', '']) {
      const path = script('other', `echo "${version}"`);
      const opening = HelmProgram.open({ path });
      if (version === 'v4.2.1') expect((await opening).version).toBe('v4.2.1');
      else await expect(opening).rejects.toMatchObject({ code: 'HELM_OTHER' });
    }
  });

  it('sees nothing of this process’ environment but the way through proxies', async () => {
    const path = script('env', 'if [ "$1" = version ]; then echo v4.3; else env; fi');
    const env = { HTTPS_PROXY: 'http://proxy:1', HELM_KUBETOKEN: 'leak', AWS_SECRET: 'leak', KUBECONFIG: '/leak' };
    const program = await HelmProgram.open({ path, env });
    const { output } = await inPrivateFolder((own) => program.run({ parts: ['x'], folder: own, deadlineMs: 20_000 }));
    expect(output).not.toContain('leak');
    expect(output).toContain('HTTPS_PROXY=http://proxy:1');
    expect(output).toMatch(/^HELM_CONFIG_HOME=\/.*\/sealift-helm-/m);
  });
});

describe('a private folder', () => {
  it('is for this account alone, and is gone however its work ends', async () => {
    const seen: string[] = [];
    const work = inPrivateFolder(async (own) => {
      const { path } = own;
      seen.push(path, await own.write('kubeconfig', 'secret'));
      expect(statSync(path).mode & 0o777).toBe(0o700);
      expect(statSync(seen[1] ?? '').mode & 0o777).toBe(0o600);
      throw new Error('cut');
    }, folder);
    await expect(work).rejects.toThrow('cut');
    expect(seen.map((path) => existsSync(path))).toEqual([false, false]);
  });

  it('of a process that is no more is removed, and that of one that runs is not', async () => {
    const left = `sealift-helm-1-1-boot_00000000-0000-4000-8000-000000000000`;
    writeFileSync(join(folder, left), '');
    await inPrivateFolder(async ({ path }) => {
      expect(readdirSync(folder)).not.toContain(left);
      await inPrivateFolder(async () => undefined, folder);
      expect(existsSync(path)).toBe(true);
    }, folder);
  });
});
